/**
 * A device that answers to bytes, on a socket that nobody else writes to.
 *
 * @module @systole/watch/device
 */

import type { Duplex } from 'node:stream';
import type { OptionProblem } from '@systole/core';
import { OptionsError } from '@systole/core';
import type { Watch, WatchOptions } from '../api.ts';
import { watch } from '../watch.ts';

/** What is written to ask: `'PING\r\n'`, bytes, or what makes them. */
export type Ping = string | Uint8Array | ((attempt: number) => string | Uint8Array);

/** Options of {@link watchDevice}. */
export interface DeviceOptions extends Omit<WatchOptions, 'probe'> {
  /** Written whole for each probe, between messages of the owner, who must write his whole, too. */
  readonly ping: Ping;
}

/**
 * Watches a device by writing its protocol's ping. `reply` knows its answers, for the round trip; without it any byte proves
 * that the device lives, as always.
 *
 * @throws OptionsError that lists every problem; SystoleError with `ERR_SOCKET` as of `watch`.
 */
export function watchDevice(socket: Duplex, { ping, ...options }: DeviceOptions): Watch {
  checkPing(ping);
  return watch(socket, {
    ...options,
    probe: (attempt) => {
      // To a stream that has ended, a write would be an 'error' event of its owner's.
      if (!socket.writable) throw new Error('the stream takes no more bytes');
      socket.write(typeof ping === 'function' ? ping(attempt) : ping);
    },
  });
}

function checkPing(ping: unknown): void {
  const isGiven = typeof ping === 'function' || typeof ping === 'string' || ping instanceof Uint8Array;
  const isSomething = typeof ping === 'function' || (isGiven && (ping as string | Uint8Array).length > 0);
  if (isSomething) return;
  const problem: OptionProblem = {
    path: 'ping',
    requirement: 'bytes, text, or a function that makes them',
    value: ping,
  };
  throw new OptionsError([problem]);
}
