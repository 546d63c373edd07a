/** Program: listens at the port of each outage, watches nobody, and writes once a second to those who are not idle. */

import { createServer } from '@systole/server';
import { programConfig, say } from '../../support/program.ts';
import { MORSEL } from './conversation.ts';
import type { FromOutageEnd, Manner, OutageEndConfig } from './outage-ends.ts';
import { WRITE_MS } from './outage-ends.ts';

const { host, groups } = programConfig<OutageEndConfig>();

for (const { port } of groups) {
  const server = createServer({ keepalive: false, resumeWindow: 0 });
  server.on('session', (session) => {
    const manner = session.peer?.metadata as unknown as Manner;
    if (manner.load === 'idle') return;
    let timer = setTimeout(() => {
      timer = setInterval(() => session.post(MORSEL), WRITE_MS);
    }, manner.phaseMs);
    session.on('end', () => clearTimeout(timer));
  });
  await server.listen({ host, port });
}
say<FromOutageEnd>({ type: 'listening' });
