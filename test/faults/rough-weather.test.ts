// A slow path that is never the same for long, such as by radio: 300 ms each way, half more or less, and now and then nothing for 1.5 s,
// after which everything comes at once. All of it is shorter than the window, so nobody is judged. And a path that
// loses packets.

import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@systole/testing';
import { nothing } from './lab/expectation.ts';
import type { Relay } from './lab/relaying.ts';
import { scenario } from './lab/scenario.ts';

const DELAY_MS = 300;
const CHANGES_EACH_MS = 200;
const STALL_MS = 1_500;
const CHANGES = 24;

async function shake(relay: Relay): Promise<void> {
  const random = seededRandom(1);
  for (let change = 1; change <= CHANGES; change += 1) {
    await relay.set({ latency: Math.round(DELAY_MS * (0.5 + random())) });
    await sleep(CHANGES_EACH_MS);
    if (change % 8 !== 0) continue;
    await relay.set('blackholed');
    await sleep(STALL_MS);
  }
  await relay.set({ latency: DELAY_MS });
}

const alive = { node: 'nothing', systole: nothing };

scenario('300 ms of delay, jitter, and stalls of 1.5 s', {
  path: (network) => network.insertRelay(),
  strike: ({ network }) => shake(network.relay),
  lookMs: 2_000,
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});

// TCP sends each again, after 0.2 s at first. It would take four losses in a row to be noticed: once in some ten thousand looks.
scenario('3 % of all packets lost', {
  strike: ({ network }) => network.lose(3),
  lookMs: 12_000,
  told: { near: { idle: alive, busy: alive }, far: { idle: alive, busy: alive } },
});
