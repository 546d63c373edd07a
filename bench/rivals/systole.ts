/** Systole, as it comes. Messages without an acknowledgement (`post`): the others have none either. */

import { connect } from '@systole/client';
import type { Session } from '@systole/server';
import { createServer } from '@systole/server';
import type { ClientLine, Line, Receive, Rival } from './rival.ts';
import { LOOPBACK } from './rival.ts';

/** A PING whose number is below 64: its length, its type, its number. Higher ones come after five minutes at the earliest. */
const PING_BYTES = 3;

export const systole: Rival = {
  async listen(heartbeatMs, accept) {
    const receivers = new WeakMap<object, Receive>();
    const server = createServer({
      keepalive: heartbeatMs === undefined ? false : { idle: heartbeatMs, interval: heartbeatMs, probes: 3 },
      onMessage: (message, session) => receivers.get(session)?.(message as Uint8Array),
    });
    server.on('session', (session) => receivers.set(session, accept(lineOf(session))));
    const address = await server.listen({ host: LOOPBACK, port: 0, backlog: 1_024 });
    return 'port' in address ? address.port : 0;
  },

  async connect(port, receive): Promise<ClientLine> {
    const client = connect({
      host: LOOPBACK,
      port,
      keepalive: false,
      reconnect: false,
      onMessage: (message) => receive(message as Uint8Array),
    });
    await client.ready();
    const { bytesIn } = client.inspect();
    return {
      ...lineOf(client),
      /** While no message travels, PINGs are all that comes. */
      get beats() {
        return (client.inspect().bytesIn - bytesIn) / PING_BYTES;
      },
    };
  },
};

function lineOf(session: Pick<Session, 'post'>): Line {
  return { send: (message) => void session.post(message) };
}
