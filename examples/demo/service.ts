/** A server in a process of its own, for the scenario in which it is the server that dies: answers messages, and tells its port. */

import process from 'node:process';
import { createServer } from '@systole/server';
import { endWithParent } from '../support/program.ts';

endWithParent();

const server = createServer({ keepalive: false, onMessage: () => `process ${process.pid}` });
const { port } = await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
process.send?.(port);
