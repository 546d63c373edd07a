/** Where chunks begin and end: anywhere. */

import type { Chance } from './chance.ts';
import type { Step } from './input.ts';

/** More chunks than that say nothing new. */
const MAX_CHUNKS = 64;

/** The same bytes at the same times, in other chunks. */
export function recut(chance: Chance, steps: readonly Step[]): Step[] {
  const way = chance.below(16);
  if (way < 6) return [...steps];
  const joined = join(steps);
  if (way < 11) return joined;
  return joined.flatMap((step): Step[] => {
    if (!('bytes' in step)) return [step];
    return cut(step.bytes, way === 11 ? () => 1 : () => 1 + chance.below(1 + chance.below(step.bytes.length)));
  });
}

function cut(bytes: Uint8Array, next: () => number): Step[] {
  const chunks: Step[] = [];
  let offset = 0;
  while (offset < bytes.length && chunks.length < MAX_CHUNKS) {
    const end = Math.min(offset + next(), bytes.length);
    chunks.push({ bytes: bytes.subarray(offset, end) });
    offset = end;
  }
  if (offset < bytes.length) chunks.push({ bytes: bytes.subarray(offset) });
  return chunks;
}

/** Chunks that follow each other, as one. */
export function join(steps: readonly Step[]): Step[] {
  const joined: Step[] = [];
  let run: Uint8Array[] = [];
  const flush = (): void => {
    const [first] = run;
    if (first !== undefined) joined.push({ bytes: run.length === 1 ? first : concat(run) });
    run = [];
  };
  for (const step of steps) {
    if ('bytes' in step) run.push(step.bytes);
    else {
      flush();
      joined.push(step);
    }
  }
  flush();
  return joined;
}

/** One after the other. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
