/** Program: a server that sends to every client as much as they send to it. */

import { createServer } from '@systole/server';
import { programConfig, say } from '../support/program.ts';
import { Application } from './application.ts';
import { obey } from './obey.ts';
import type { EndConfig, FromEnd } from './orders.ts';
import { RESUME_WINDOW_MS, TRIPLE } from './plan.ts';

const config = programConfig<EndConfig>();
const { incarnation } = config;
const application = new Application(config);
const server = createServer({
  keepalive: TRIPLE,
  minPingInterval: 100,
  handshakeTimeout: 1_000,
  resumeWindow: RESUME_WINDOW_MS,
  metadata: { incarnation },
  onMessage: application.handle,
});
server.on('session', (session) => application.serve(session));
const { port } = await server.listen({ host: '127.0.0.1', port: config.port });
obey(application, () => server.close({ spread: 0 }));
say<FromEnd>({ type: 'started', port });
