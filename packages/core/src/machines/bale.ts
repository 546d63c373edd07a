/** The payloads of many messages in one piece of memory, while nobody needs them one by one. */

/**
 * A view takes 96 bytes beside its own, and its neighbours in a slab may be long gone: of a session that waits for its peer with ten
 * messages of 1 KiB, that would be a sixth of all it takes.
 */
export class Bale {
  readonly #bytes: Uint8Array;
  readonly #ends: readonly number[];

  constructor(payloads: readonly Uint8Array[]) {
    let end = 0;
    this.#ends = payloads.map(({ length }) => {
      end += length;
      return end;
    });
    this.#bytes = new Uint8Array(end);
    for (const [index, payload] of payloads.entries()) this.#bytes.set(payload, this.#begin(index));
  }

  /** How many there are. */
  get size(): number {
    return this.#ends.length;
  }

  /** One of them, as a view. */
  at(index: number): Uint8Array {
    return this.#bytes.subarray(this.#begin(index), this.#ends[index]);
  }

  #begin(index: number): number {
    return this.#ends[index - 1] ?? 0;
  }
}
