/** Bytes of one whole that come in pieces, gathered in memory for what has come, never for what is promised. */

/** What the gathering starts with: room for any control frame but a long CLOSE, and for most lines of text. */
const MIN_CAPACITY = 32;

/** So many times the memory that is needed: a whole that comes in two reads is moved only once. */
const GROWTH = 4;

/** `gathered`, of which `used` bytes are taken, or a larger copy with room for `needed`. No larger than 32 bytes or `whole`. */
export function withRoom(gathered: Uint8Array, used: number, needed: number, whole: number): Uint8Array {
  if (needed <= gathered.length) return gathered;
  const grown = new Uint8Array(Math.max(MIN_CAPACITY, Math.min(GROWTH * needed, whole)));
  grown.set(gathered.subarray(0, used));
  return grown;
}

/** Sockets give Buffers; a plain view makes all that is cut from it a plain Uint8Array. */
export function plainView(chunk: Uint8Array): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}
