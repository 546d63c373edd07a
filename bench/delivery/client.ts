/** Program: the client of one system. It keeps a window of messages in flight on each connection, for a time. */

import { performance } from 'node:perf_hooks';
import { usedMs } from '../support/lost-time.ts';
import { heard, programConfig, say } from '../support/program.ts';
import type { Link } from './system.ts';
import { stamp } from './system.ts';
import type { SystemName } from './systems.ts';
import { SYSTEMS } from './systems.ts';

/** What it is started with. */
export interface ClientConfig {
  readonly system: SystemName;
  readonly port: number;
  /** All that any burst needs. */
  readonly connections: number;
}

/** Messages as fast as they are acknowledged. */
export interface Burst {
  /** How many of the connections take part. */
  readonly connections: number;
  /** Size of a message. */
  readonly bytes: number;
  /** Messages in flight on each connection. */
  readonly inFlight: number;
  /** For so long new messages are sent; the last acknowledgements are waited for. */
  readonly ms: number;
}

/** What a burst has cost, from the first `send` to the last acknowledgement. */
export interface BurstReport {
  readonly messages: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
}

/** What it says. */
export type FromClient = { readonly type: 'connected' } | ({ readonly type: 'report' } & BurstReport);

/** What it does. */
export type ToClient = { readonly type: 'burst' } & Burst;

const config = programConfig<ClientConfig>();
const lines: { readonly link: Link; last: number }[] = [];
while (lines.length < config.connections) {
  lines.push({ link: await SYSTEMS[config.system].connect(config.port), last: 0 });
}
say<FromClient>({ type: 'connected' });
for (;;) {
  const burst = await heard<ToClient>();
  say<FromClient>({ type: 'report', ...(await run(burst)) });
}

async function run({ connections, bytes, inFlight, ms }: Burst): Promise<BurstReport> {
  // Filled before it begins: the first touch of memory is not what is measured.
  const senders = lines
    .slice(0, connections)
    .flatMap((line) => Array.from({ length: inFlight }, () => ({ line, message: new Uint8Array(bytes).fill(1) })));
  let messages = 0;
  let isOver = false;
  const startedAt = performance.now();
  const usedBefore = usedMs();
  setTimeout(() => {
    isOver = true;
  }, ms);
  await Promise.all(
    senders.map(async ({ line, message }) => {
      while (!isOver) {
        line.last += 1;
        stamp(message, line.last);
        await line.link.send(message);
        messages += 1;
      }
    }),
  );
  return { messages, elapsedMs: performance.now() - startedAt, cpuMs: usedMs() - usedBefore };
}
