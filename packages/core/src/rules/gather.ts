/** The chunks of one write: small ones that follow each other are put together. */

import { allocate } from './slab.ts';

/**
 * Chunks of up to this size are copied, so that a turn of small frames leaves as one chunk. A chunk more in a write takes Node about
 * 0.3 us, for its wrapping and for an entry of `writev`; to copy 4 KiB takes about as long (Node 20).
 */
export const MAX_GATHERED_BYTES = 4_096;

/** The same bytes in as few chunks. What is large, or stands alone, is handed through, not copied. */
export function gather(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const gathered: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (chunk.length <= MAX_GATHERED_BYTES) {
      run.push(chunk);
    } else {
      if (run.length > 0) gathered.push(join(run));
      gathered.push(chunk);
      run = [];
    }
  }
  if (run.length > 0) gathered.push(join(run));
  return gathered;
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  const whole = allocate(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
