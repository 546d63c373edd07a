/** The other end of a stream, without a stream: what a test lets it send, and what has come to it. */

import { Duplex } from 'node:stream';
import { ManualClock } from '@systole/testing';
import type { WatchEvents, WatchOptions } from '@systole/watch';
import { watch } from '@systole/watch';

/** Idle 1,000, interval 500, probes 3: the verdict comes 2,500 after the last evidence at most. */
export const TRIPLE = { idle: 1_000, interval: 500, probes: 3 } as const;

/** {@link TRIPLE}'s. */
export const BOUND_MS = 2_500;

/** What was told, and when. */
interface Told<Name extends keyof WatchEvents = keyof WatchEvents> {
  readonly at: number;
  readonly name: Name;
  readonly payload: WatchEvents[Name];
}

const NAMES = ['suspect', 'alive', 'idle', 'dead', 'disconnect'] as const;

/** A stream to nowhere. */
export class FakeStream extends Duplex {
  /** While true, what is written stays in the queue. */
  isStuck = false;
  #waiting: (() => void)[] = [];

  constructor(options: { objectMode?: boolean; highWaterMark?: number } = {}) {
    super({ allowHalfOpen: true, ...options });
  }

  /** The peer sends something. */
  hear(chunk: unknown = 'x'): void {
    this.push(chunk);
  }

  /** The kernel takes what waits. */
  drain(): void {
    for (const taken of this.#waiting.splice(0)) taken();
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, taken: () => void): void {
    if (this.isStuck) this.#waiting.push(taken);
    else taken();
  }
}

/** A watch over a {@link FakeStream} on a manual clock, and all that it tells. */
export function watchFake(options: WatchOptions = {}, stream: FakeStream = new FakeStream(), isProbed = true) {
  const clock = new ManualClock();
  const probes: { readonly at: number; readonly attempt: number }[] = [];
  /** What the peer does when it is probed. */
  const peer = { answers: true };
  const probe = (attempt: number): void => {
    probes.push({ at: clock.now(), attempt });
    if (peer.answers) stream.hear();
  };
  const watching = watch(stream, {
    clock,
    keepalive: TRIPLE,
    random: () => 0.5,
    ...(isProbed ? { probe } : {}),
    ...options,
  });
  const told: Told[] = [];
  for (const name of NAMES) watching.on(name, (payload) => told.push({ at: clock.now(), name, payload }));
  return { clock, stream, watching, probes, peer, told, names: () => told.map(({ name }) => name) };
}
