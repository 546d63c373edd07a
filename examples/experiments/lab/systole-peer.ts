/** Program: a server of Systole. Told `polite`, it says goodbye on SIGTERM; told `stubborn`, it ignores that. It watches nobody. */

import process from 'node:process';
import { createServer } from '@systole/server';
import { endWithParent } from '../../support/program.ts';

endWithParent();

const server = createServer({ keepalive: false, minPingInterval: '100ms' });
process.on('SIGTERM', () => {
  if (process.argv[2] === 'polite') server.close().finally(() => process.exit());
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
process.send?.(port);
