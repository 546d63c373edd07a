/** Systole, as it comes: both ends watch each other. The message is the value to encode; nothing is returned but that it is handled. */

import { connect } from '@systole/client';
import { createServer } from '@systole/server';
import type { Handler, System } from './system.ts';
import { LOOPBACK } from './system.ts';

export const systole: System = {
  async listen(accept) {
    const handlers = new WeakMap<object, Handler>();
    const server = createServer({
      onMessage: (message, session) => handlers.get(session)?.(message as Uint8Array),
    });
    server.on('session', (session) => handlers.set(session, accept()));
    const address = await server.listen({ host: LOOPBACK, port: 0 });
    return 'port' in address ? address.port : 0;
  },

  async connect(port) {
    const client = connect({ host: LOOPBACK, port, reconnect: false });
    await client.ready();
    return client;
  },
};
