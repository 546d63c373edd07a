/** One peer, watched over one stream or one after the other: what the user holds. */

import type { Readable } from 'node:stream';
import type { Cause } from '@systole/core';
import { boundMs } from '@systole/core';
import { Emitter, resolveParts } from '@systole/core/internal';
import type { FollowingWatch, WatchEvents, WatchOptions, WatchSnapshot } from './api.ts';
import { publishWatch } from './diagnostics.ts';
import type { WatchConfig } from './options.ts';
import { resolveWatchOptions } from './options.ts';
import type { Tap } from './tap.ts';
import { tapOf } from './tap-of.ts';
import { logProbeFailure, logWatchEvent, SILENT } from './watch-log.ts';
import type { WatchingOwner, WatchParts } from './watching.ts';
import { Watching } from './watching.ts';

/** See the head of the file. */
export class StreamWatch extends Emitter<WatchEvents> implements FollowingWatch, WatchingOwner {
  readonly #config: WatchConfig;
  readonly #parts: WatchParts;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.stop();
  /** What else a stop undoes: listeners at the client that is followed. */
  readonly #undoings: (() => void)[] = [];
  #epoch = 0;
  /** While there is a stream. */
  #watching: Watching | undefined;
  #isStopped = false;
  #probeFailures = 0;
  #lastCause: Cause | undefined;

  /** @throws OptionsError that lists every problem. */
  constructor(options: WatchOptions) {
    super();
    this.#config = resolveWatchOptions(options);
    this.#parts = resolveParts(options, SILENT, 'watch');
    this.#signal = options.signal;
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    if (this.#signal?.aborted === true) this.stop();
  }

  /** See {@link FollowingWatch.take}. */
  take(stream: Readable | Tap): void {
    if (this.#isStopped) return;
    const tap = tapOf(stream);
    const before = this.#watching;
    this.#watching = undefined;
    before?.finish({ cause: 'superseded', detail: 'the next stream is watched' });
    // Who heard of that may have stopped us, or taken a stream that is newer than this one.
    if (this.#isStopped || this.#watching !== undefined) return tap.release();
    const { keepalive } = this.#config;
    this.#epoch += 1;
    this.#watching = this.#begin(tap);
    const bound = keepalive === undefined ? undefined : boundMs(keepalive);
    this.handleEvent('connect', { epoch: this.#epoch, keepalive, boundMs: bound });
  }

  /**
   * {@link take} for a watch of one stream, which is stopped when that ends, or cannot be watched. The stream is asked for
   * last, so that a tap is made only if it is taken.
   */
  takeOnly(stream: () => Readable | Tap): this {
    try {
      if (!this.#isStopped) this.take(stream());
    } catch (error) {
      this.stop();
      throw error;
    }
    return this.on('disconnect', () => this.stop());
  }

  /** See {@link Watching.lookForEnd}. Otherwise it is found at the next look. */
  lookForEnd(): void {
    this.#watching?.lookForEnd();
  }

  /** @throws what the user's framer throws when it is asked for a splitter; the stream is left as it was then. */
  #begin(tap: Tap): Watching {
    try {
      return new Watching(tap, this.#epoch, this.#config, this.#parts, this);
    } catch (error) {
      tap.release();
      throw error;
    }
  }

  /** Calls this when the watch is stopped; now, if it is. */
  onStop(undo: () => void): this {
    if (this.#isStopped) undo();
    else this.#undoings.push(undo);
    return this;
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#watching?.stop();
    this.#watching = undefined;
    for (const undo of this.#undoings) undo();
    this.finish();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  inspect(): WatchSnapshot {
    const watching = this.#watching;
    return {
      state: this.#isStopped ? 'stopped' : watching === undefined ? 'waiting' : 'watching',
      epoch: this.#epoch,
      belief: watching?.belief,
      rtt: watching?.rtt,
      silenceMs: watching?.silenceMs,
      missed: watching?.probesSent ?? 0,
      allowed: this.#config.keepalive?.probes,
      probeFailures: this.#probeFailures,
      isPaused: watching?.isPaused ?? false,
      bytesIn: watching?.bytesIn ?? 0,
      bytesOut: watching?.bytesOut ?? 0,
      lastCause: this.#lastCause,
    };
  }

  // What the watching of the stream tells.

  handleEvent<Name extends keyof WatchEvents>(name: Name, payload: WatchEvents[Name]): void {
    if (name === 'disconnect') {
      // What a verdict calls may have taken the next stream before this one's end is told.
      if (payload.epoch === this.#epoch) this.#watching = undefined;
      this.#lastCause = (payload as WatchEvents['disconnect']).cause;
    }
    if (this.#isStopped) return; // by what the verdict has called
    publishWatch(name, payload, this);
    logWatchEvent(this.#parts.logger, name, payload);
    this.emit(name, payload);
  }

  handleProbe(epoch: number, number: number): void {
    publishWatch('probe', { epoch, number }, this);
  }

  handleProbeFailure(error: unknown, attempt: number | undefined): void {
    this.#probeFailures += 1;
    logProbeFailure(this.#parts.logger, { err: error, epoch: this.#epoch, attempt });
  }
}
