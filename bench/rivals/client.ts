/** Program: all clients of one rival. They keep a window of messages under way for a time, or only listen. */

import { performance } from 'node:perf_hooks';
import { heard, programConfig, say } from '../support/program.ts';
import type { ClientLine } from './rival.ts';
import type { RivalName } from './rivals.ts';
import { RIVALS } from './rivals.ts';

/** What it is started with. */
export interface ClientConfig {
  readonly rival: RivalName;
  readonly port: number;
}

/** Messages as fast as they come back. */
export interface Burst {
  /** How many connections take part. */
  readonly connections: number;
  /** Size of a message. */
  readonly bytes: number;
  /** Messages under way on each connection. */
  readonly depth: number;
  /** For so long new messages are sent. */
  readonly ms: number;
}

/** What it says. */
export type FromClient =
  | { readonly type: 'connected' }
  /** Heartbeats that have come since it was started. */
  | { readonly type: 'beats'; readonly beats: number }
  /** All that was sent has come back. */
  | { readonly type: 'echoed'; readonly messages: number; readonly elapsedMs: number };

/** What it does. */
export type ToClient =
  | { readonly type: 'connect'; readonly connections: number }
  | { readonly type: 'beats' }
  | ({ readonly type: 'burst' } & Burst);

/** So many at once: a server's accept queue is not what is measured. */
const AT_ONCE = 100;

interface Caller {
  line: ClientLine;
  /** Set during a burst. */
  onEcho: (message: Uint8Array) => void;
}

const { rival, port } = programConfig<ClientConfig>();
const callers: Caller[] = [];

async function call(): Promise<void> {
  const caller = { onEcho: () => {} } as unknown as Caller;
  caller.line = await RIVALS[rival].connect(port, (message) => caller.onEcho(message));
  callers.push(caller);
}

async function connect(count: number): Promise<void> {
  for (let left = count; left > 0; left -= AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, call));
  }
}

/** @throws Error if a message has come back that is not as long as those that were sent. */
function echo({ connections, bytes, depth, ms }: Burst): Promise<Extract<FromClient, { type: 'echoed' }>> {
  const message = new Uint8Array(bytes).fill(1);
  const startedAt = performance.now();
  let underWay = connections * depth;
  let messages = 0;
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, ms);
  return new Promise((resolve, reject) => {
    for (const caller of callers.slice(0, connections)) {
      caller.onEcho = ({ length }) => {
        if (length !== bytes) reject(new Error(`a message of ${bytes} bytes came back with ${length}`));
        messages += 1;
        if (!isOver) return caller.line.send(message);
        underWay -= 1;
        if (underWay === 0) resolve({ type: 'echoed', messages, elapsedMs: performance.now() - startedAt });
      };
      for (let sent = 0; sent < depth; sent += 1) caller.line.send(message);
    }
  });
}

for (;;) {
  const order = await heard<ToClient>();
  switch (order.type) {
    case 'connect':
      await connect(order.connections);
      say<FromClient>({ type: 'connected' });
      break;
    case 'beats':
      say<FromClient>({ type: 'beats', beats: callers.reduce((sum, { line }) => sum + line.beats, 0) });
      break;
    case 'burst':
      say<FromClient>(await echo(order));
  }
}
