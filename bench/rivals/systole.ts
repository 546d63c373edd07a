/** Systole, as it comes. */

import { connect } from '@systole/client';
import type { Session } from '@systole/server';
import { createServer } from '@systole/server';
import type { ClientLine, Line, Receive, Rival } from './rival.ts';
import { boundOf, LOOPBACK } from './rival.ts';

/** As by default. */
const PROBES = 3;

/** Clients accept any heartbeat that is asked for. */
const MIN_PING_INTERVAL_MS = 10;

export const systole: Rival = {
  async listen({ heartbeatMs, port = 0 }, accept) {
    const receivers = new WeakMap<object, Receive>();
    const server = createServer({
      keepalive: heartbeatMs === undefined ? false : keepaliveOf(heartbeatMs),
      // All clients are at one address, and stand for as many.
      maxConnectionsPerAddress: 65_536,
      maxHandshakesPerAddress: 1_024,
      onMessage: (message, session) => receivers.get(session)?.(message as Uint8Array),
    });
    server.on('session', (session) => receivers.set(session, accept(lineOf(session))));
    const address = await server.listen({ host: LOOPBACK, port, backlog: 1_024 });
    return 'port' in address ? address.port : 0;
  },

  async connect(port, receive): Promise<ClientLine> {
    const client = connect({
      host: LOOPBACK,
      port,
      keepalive: false,
      reconnect: false,
      minPingInterval: MIN_PING_INTERVAL_MS,
      onMessage: (message) => receive(message as Uint8Array),
    });
    await client.ready();
    const { bytesIn } = client.inspect();
    return {
      ...lineOf(client),
      deliver: (message) => client.send(message),
      /** While no message travels, PINGs are all that comes. */
      get beats() {
        return pingsOf(client.inspect().bytesIn - bytesIn);
      },
      get isOpen() {
        return client.inspect().state === 'open';
      },
    };
  },
};

function keepaliveOf(idle: number): { readonly idle: number; readonly interval: number; readonly probes: number } {
  return { idle, interval: Math.floor((boundOf(idle) - idle) / PROBES), probes: PROBES };
}

/** A message without an acknowledgement: the others have none either. */
function lineOf(session: Pick<Session, 'post'>): Line {
  return { send: (message) => void session.post(message) };
}

/** Length, type and number take so many bytes; from number 64 on it is one more. */
const PING_BYTES = 3;
const SHORT_PINGS = 63;

function pingsOf(bytes: number): number {
  const short = Math.min(SHORT_PINGS, bytes / PING_BYTES);
  return short + (bytes - short * PING_BYTES) / (PING_BYTES + 1);
}
