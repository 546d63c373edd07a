/** Program: a server that writes down every message before it answers; the file survives the SIGKILL of the process. */

import { openSync, writeSync } from 'node:fs';
import { createServer } from '@systole/server';
import { programConfig, say } from './program.ts';

/** What it is started with. */
export interface RecorderConfig {
  readonly port: number;
  /** One line for each message that was handled. */
  readonly file: string;
}

/** What it says. */
export interface FromChildRecorder {
  readonly type: 'listening';
  readonly port: number;
}

const config = programConfig<RecorderConfig>();
const file = openSync(config.file, 'a');
const server = createServer({
  onMessage: (message) => {
    writeSync(file, `${message}\n`);
    return message;
  },
});
const { port } = await server.listen({ port: config.port, host: '127.0.0.1' });
say<FromChildRecorder>({ type: 'listening', port });
