/** Program: a client that comes back whatever happens. */

import type { Session } from '@systole/client';
import { connect } from '@systole/client';
import { programConfig, say } from '../support/program.ts';
import { Application } from './application.ts';
import { obey } from './obey.ts';
import type { EndConfig, FromEnd } from './orders.ts';
import { RESUME_WINDOW_MS, TRIPLE } from './plan.ts';

const config = programConfig<EndConfig>();
const { incarnation, port } = config;
const application = new Application(config);
const client = connect({
  host: '127.0.0.1',
  port,
  keepalive: TRIPLE,
  minPingInterval: 100,
  handshakeTimeout: 1_000,
  resumeWindow: RESUME_WINDOW_MS,
  reconnect: { base: 20, cap: 100 },
  metadata: { incarnation },
  onMessage: application.handle,
});
// A session of a client is a session, with one more event.
application.serve(client as Session);
obey(application, () => client.close());
say<FromEnd>({ type: 'started', port });
