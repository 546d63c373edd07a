/** What a watch tells, from its beginning on, for tests that wait for it. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Watch, WatchEvents } from '@systole/watch';
import { WATCH_CHANNELS } from '@systole/watch';
import { Tape } from './tape.ts';

/** Idle 200, interval 100, probes 3: for tests with real processes. */
export const QUICK = { idle: 200, interval: 100, probes: 3 } as const;

/** {@link QUICK}'s. */
export const BOUND_MS = 500;

/** From its first probe, which is due at `idle` at the latest (L8), to the verdict. */
export const WINDOW_MS = 300;

/** With what stalls of our own may excuse (L5), and room for a machine that is busy with other tests. */
export const LATEST_MS = 1_500;

/** After so long a process that was told to stop reads no more. */
export const STOPPING_MS = 20;

const NAMES = ['suspect', 'alive', 'dead', 'disconnect'] as const;

/** Events in their order. */
export interface WatchTape extends Tape<keyof WatchEvents> {}

/** All that a watch tells from now on; `connect` has been told before. */
export function recordWatch(watch: Watch): WatchTape {
  const tape = new Tape<keyof WatchEvents>();
  for (const name of NAMES) watch.on(name, () => tape.push(name));
  return tape;
}

/** Resolves when so many more probes have been due. */
export async function probesOf(watch: Watch, count: number): Promise<void> {
  const probes = new Tape<unknown>();
  const hear = (message: unknown): void => {
    if ((message as { watch: Watch }).watch === watch) probes.push(message);
  };
  subscribe(WATCH_CHANNELS.probe, hear);
  await probes.count(count);
  unsubscribe(WATCH_CHANNELS.probe, hear);
}

/** What hangs on an object that emits events: how many listeners of each, and which methods are its own. */
export function attachedTo(emitter: NodeJS.EventEmitter): object {
  const listeners = Object.fromEntries(
    emitter.eventNames().map((name) => [name.toString(), emitter.listenerCount(name)] as const),
  );
  const own = Object.entries(emitter).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  return { listeners, own };
}
