/** Program: a server whose clients vanish with messages under way to them; says what each parked session weighs. */

import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeFrame, msgpackCodec } from '@systole/core';
import { createServer } from '@systole/server';
import { programConfig, say } from './program.ts';

/** What it is started with. */
export interface ParkedConfig {
  readonly sessions: number;
  /** Messages to each, which it never acknowledges, and their bytes. */
  readonly messages: number;
  readonly messageBytes: number;
}

/** What it says. */
export interface FromChildParked {
  readonly type: 'parked';
  readonly parked: number;
  /** Of the heap and of memory outside it, all garbage collected, for each session. */
  readonly bytesEach: number;
}

/** Clients at one time. */
const LANES = 50;

const PREAMBLE = [0xe5, 0x53, 0x59, 0x53, 1];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const { sessions, messages, messageBytes } = programConfig<ParkedConfig>();
const server = createServer({ maxParkedBytes: 2 ** 30, maxParkedSessions: sessions, resumeWindow: '10m' });
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
let sent = 0;
server.on('session', (session) => {
  for (let count = 0; count < messages; count += 1) {
    sent += 1;
    // Nobody waits for them: the process ends before the window is over.
    void session.send(new Uint8Array(messageBytes).fill(sent));
  }
});

/** Introduces itself as one that will come back, reads the first bytes of the answer, and is gone. */
async function comeAndGo(): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  const body = msgpackCodec().encode({
    ...{ session: '', token: '', boot: 'vanishing', epoch: 1, resume: 600_000, received: 0, settled: 0 },
    ...{ credit: 2 ** 20, maxMessage: 2 ** 20, codec: 'msgpack', minPing: 100 },
  });
  socket.write(Buffer.concat([Uint8Array.from(PREAMBLE), ...encodeFrame({ type: 'hello', body })]));
  await new Promise((resolve) => socket.once('data', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resetAndDestroy();
  await closed;
}

async function fill(count: number): Promise<void> {
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      await comeAndGo();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  while (server.inspect().sessions > 0) await nextTurn();
}

async function weigh(): Promise<number> {
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  collectGarbage();
  await nextTurn();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What is made once is made, and goes with them. */
const WARM_UP = 200;
await fill(WARM_UP);
const before = await weigh();
const parkedBefore = server.inspect().parked;
await fill(sessions - WARM_UP);
const after = await weigh();
const { parked } = server.inspect();
say({ type: 'parked', parked, bytesEach: (after - before) / (parked - parkedBefore) } satisfies FromChildParked);
