/** Program: the server under attack. It answers every message with the message, and says on request what it has left. */

import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TcpAddress } from '@systole/server';
import { createServer } from '@systole/server';
import { programConfig, say } from '../../support/program.ts';
import { Mishaps } from '../mishaps.ts';

/** What it says. */
export type FromLiveServer =
  | ({ readonly type: 'listening' } & TcpAddress)
  | ({ readonly type: 'inspected' } & Inspected);

/** What it has left, when it has come to rest or been waited for long enough. */
export interface Inspected {
  readonly arrivals: number;
  readonly sessions: number;
  readonly parked: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly heapBytes: number;
  /** An exception that nobody has caught, or a warning; undefined if there was none. */
  readonly mishap: string | undefined;
}

/** Deadlines are short: what is left behind is to be gone soon. */
const DEADLINES = { handshakeTimeout: 500, closeTimeout: 200, resumeWindow: 100 } as const;
/** Behind all of them, several times. */
const REST_MS = 5_000;
const LOOK_MS = 20;

programConfig();
const mishaps = new Mishaps();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const server = createServer({ ...DEADLINES, onMessage: (message) => message });

/** Nobody is left but the lawful client. */
function isAtRest(): boolean {
  const { arrivals, sessions, parked } = server.inspect();
  return arrivals === 0 && sessions <= 1 && parked === 0;
}

async function inspect(): Promise<void> {
  for (let waited = 0; waited < REST_MS && !isAtRest(); waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  collectGarbage();
  const { arrivals, sessions, parked, accepted, rejected } = server.inspect();
  const { heapUsed } = process.memoryUsage();
  const mishap = mishaps.take();
  const text = mishap?.thrown instanceof Error ? mishap.thrown.stack : mishap && String(mishap.thrown);
  say<FromLiveServer>({
    type: 'inspected',
    ...{ arrivals, sessions, parked, accepted, rejected, heapBytes: heapUsed, mishap: text },
  });
}

process.on('message', () => void inspect());
say<FromLiveServer>({ type: 'listening', ...(await server.listen({ port: 0, host: '127.0.0.1' })) });
