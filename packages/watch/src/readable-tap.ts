/** What the taps of all streams of Node have in common. */

import type { Readable } from 'node:stream';
import type { NamedEnd } from '@systole/core';
import { SystoleError } from '@systole/core';
import { endOf, listenForEnd } from './ends.ts';
import type { Tap, TapListener } from './tap.ts';

/** Streams that are watched: two watches would probe twice, and the first one's verdict would be the second one's surprise. */
const watched = new WeakSet<Readable>();

/** A tap that listens for the end of its stream only, and takes nothing from it. What is counted, and how, is its heirs' to say. */
export abstract class ReadableTap<Stream extends Readable> implements Tap {
  protected readonly stream: Stream;
  #stopListening: (() => void) | undefined;

  /** @throws SystoleError with `ERR_SOCKET` if the stream is watched already. */
  constructor(stream: Stream) {
    if (watched.has(stream)) throw refuse('watched once', 'one that is watched already: stop that watch first');
    watched.add(stream);
    this.stream = stream;
  }

  abstract readonly received: number;
  abstract readonly position: number;
  abstract readonly written: number;

  /**
   * Full, which stops the reading below; or told to pause. A stream with a 'readable' listener, or under `for await`, always
   * counts as told so, and is read on demand: of it only a full buffer tells.
   */
  get isPaused(): boolean {
    const { readableLength, readableHighWaterMark } = this.stream;
    if (readableLength > 0 && readableLength >= readableHighWaterMark) return true;
    return this.stream.listenerCount('readable') === 0 && this.stream.isPaused();
  }

  get end(): NamedEnd | undefined {
    return endOf(this.stream);
  }

  listen(listener: TapListener): void {
    this.#stopListening = listenForEnd(this.stream, (end) => listener.handleEnd(end));
  }

  destroy(): void {
    this.stream.destroy();
  }

  release(): void {
    watched.delete(this.stream);
    this.#stopListening?.();
  }
}

/** `ERR_SOCKET` in the words that attaching uses. */
export function refuse(requirement: string, found: string): SystoleError {
  return new SystoleError('ERR_SOCKET', `stream must be ${requirement}, got ${found}`);
}
