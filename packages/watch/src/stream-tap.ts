/** The tap of a stream that is no socket: a pipe through TLS of one's own, a WebSocket as a stream, a tunnel. */

import type { Duplex, Readable } from 'node:stream';
import { CountingHook } from './counting-hook.ts';
import { ReadableTap } from './readable-tap.ts';
import type { TapListener } from './tap.ts';

/** Such a stream has no counters, so that each chunk is counted as it passes. An object counts as one. */
export class StreamTap extends ReadableTap<Readable> {
  readonly #duplex: Duplex | undefined;
  #in: CountingHook | undefined;
  #out: CountingHook | undefined;

  constructor(stream: Readable) {
    super(stream);
    if ('writableLength' in stream) this.#duplex = stream as Duplex;
  }

  get received(): number {
    return this.#in?.count ?? 0;
  }

  get position(): number {
    return this.#out?.count ?? 0;
  }

  get written(): number {
    return this.position - (this.#duplex?.writableLength ?? 0);
  }

  override listen(listener: TapListener): void {
    super.listen(listener);
    this.#in = new CountingHook(this.stream, 'push', listener.handleBytes);
    if (this.#duplex === undefined) return;
    this.#out = new CountingHook(this.#duplex, 'write');
    this.#out.count = this.#duplex.writableLength; // what waits already: its progress counts, too (L4)
  }

  override release(): void {
    super.release();
    this.#in?.remove();
    this.#out?.remove();
  }
}
