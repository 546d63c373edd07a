/** What was written and not yet taken. */

/** Chunks in the order in which they were written, taken out by the byte. */
export class SendQueue {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  push(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    }
  }

  /** Takes up to `room` bytes: a copy, as the kernel makes one. From then on they are the writer's again. */
  take(room: number): Uint8Array {
    const taken = new Uint8Array(Math.max(Math.min(room, this.#bytes), 0));
    let length = 0;
    while (length < taken.length) {
      const chunk = this.#chunks.shift() as Uint8Array;
      const part = chunk.subarray(0, taken.length - length);
      taken.set(part, length);
      length += part.length;
      if (part.length < chunk.length) this.#chunks.unshift(chunk.subarray(part.length));
    }
    this.#bytes -= length;
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }
}
