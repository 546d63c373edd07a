/** The mutator: an input that was seen, with a few things changed. */

import { ByteWriter } from './byte-writer.ts';
import type { Chance } from './chance.ts';
import { frameSpans, preambleSize } from './frame-spans.ts';
import type { Input, Step } from './input.ts';
import { ACTS, HANDLERS } from './input.ts';
import { concat, join, recut } from './recut.ts';
import { putValue } from './values.ts';

/** More bytes than the largest frame and its neighbours only take time. */
const MAX_BYTES = 140_000;
const MAX_STEPS = 100;
/** What is said for longer than that is said by waiting more often. */
const WAITS: readonly number[] = [0, 1, 100, 1_000, 5_000, 10_000, 60_000, 130_000];

const scratch = new ByteWriter();

/** `input` changed in one to four places, in other chunks; `other` is what it may be spliced with. */
export function mutate(chance: Chance, input: Input, other: Input): Input {
  let { steps, handler } = input;
  for (let count = chance.between(1, 4); count > 0; count -= 1) {
    const way = chance.below(12);
    if (way < 5) steps = inBytes(chance, steps, mutateBytes);
    else if (way < 9) steps = inBytes(chance, join(steps), mutateFrames);
    else if (way === 9) steps = splice(chance, steps, other.steps);
    else steps = mutateSteps(chance, steps, input.target === 'decoder');
  }
  if (chance.oneIn(20)) handler = chance.pick(HANDLERS);
  return { ...input, handler, steps: recut(chance, steps.slice(0, MAX_STEPS)), isLawful: false };
}

/** Changes the bytes of one step, if there is one that has some. */
function inBytes(
  chance: Chance,
  steps: readonly Step[],
  change: (chance: Chance, bytes: Uint8Array) => Uint8Array,
): Step[] {
  const changed = [...steps];
  if (steps.length === 0) return changed;
  const begin = chance.below(steps.length);
  for (let count = 0; count < steps.length; count += 1) {
    const index = (begin + count) % steps.length;
    const step = steps[index];
    if (step === undefined || !('bytes' in step) || step.bytes.length === 0) continue;
    const bytes = change(chance, step.bytes);
    changed[index] = { bytes: bytes.length > MAX_BYTES ? bytes.subarray(0, MAX_BYTES) : bytes };
    break;
  }
  return changed;
}

function mutateBytes(chance: Chance, bytes: Uint8Array): Uint8Array {
  const at = chance.below(bytes.length);
  const span = 1 + chance.below(Math.min(16, bytes.length - at));
  switch (chance.below(7)) {
    case 0:
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << chance.below(8)));
    case 1:
      return withByte(bytes, at, chance.pick([0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff, chance.byte()]));
    case 2:
      return concat([bytes.subarray(0, at), anything(chance), bytes.subarray(at)]);
    case 3:
      return concat([bytes.subarray(0, at), bytes.subarray(at + span)]);
    case 4:
      return concat([bytes.subarray(0, at + span), bytes.subarray(at, at + span), bytes.subarray(at + span)]);
    case 5:
      return concat([bytes.subarray(0, at), scratch.number(chance.interesting()).take(), bytes.subarray(at + span)]);
    default:
      return bytes.subarray(0, at);
  }
}

function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = byte;
  return changed;
}

/** A few bytes, or a value. */
function anything(chance: Chance): Uint8Array {
  if (chance.oneIn(2)) putValue(scratch, chance);
  else for (let count = chance.between(1, 4); count > 0; count -= 1) scratch.put(chance.byte());
  return scratch.take();
}

/** Whole frames are swapped, doubled or left out, or one of them lies about its length. */
function mutateFrames(chance: Chance, bytes: Uint8Array): Uint8Array {
  const spans = frameSpans(bytes, preambleSize(bytes));
  if (spans.length === 0) return mutateBytes(chance, bytes);
  const { start, type, body, end } = chance.pick(spans);
  const [before, frame, after] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)];
  switch (chance.below(6)) {
    case 0:
      return concat([before, frame, frame, after]);
    case 1:
      return concat([before, after]);
    case 2: {
      const next = chance.pick(spans);
      if (next.start < end) return concat([before, after, frame]);
      const moved = [bytes.subarray(end, next.end), frame, bytes.subarray(next.end)];
      return concat([before, ...moved]);
    }
    case 3:
      return concat([
        before,
        scratch
          .number(chance.nearly(end - body + 1, 1))
          .put(type)
          .take(),
        bytes.subarray(body),
      ]);
    case 4:
      return concat([before, relabelled(chance, type, bytes.subarray(body, end)), after]);
    default:
      return concat([before, relabelled(chance, type, mutateBody(chance, bytes.subarray(body, end))), after]);
  }
}

/** A frame with a right length, and mostly another type. */
function relabelled(chance: Chance, type: number, body: Uint8Array): Uint8Array {
  const other = chance.oneIn(2) ? type : chance.between(1, 8);
  return scratch
    .number(1 + body.length)
    .put(other)
    .append(body)
    .take();
}

function mutateBody(chance: Chance, body: Uint8Array): Uint8Array {
  return body.length === 0 ? anything(chance).slice(0, 16_000) : mutateBytes(chance, body);
}

/** The beginning of one, and the rest of another. */
function splice(chance: Chance, steps: readonly Step[], others: readonly Step[]): Step[] {
  return [...steps.slice(0, chance.below(steps.length + 1)), ...others.slice(chance.below(others.length + 1))];
}

function mutateSteps(chance: Chance, steps: readonly Step[], isTimeless: boolean): Step[] {
  const at = chance.below(steps.length + 1);
  const [before, after] = [steps.slice(0, at), steps.slice(at)];
  const [next] = after;
  switch (chance.below(isTimeless ? 2 : 4)) {
    case 0:
      return [...before, ...after.slice(1)];
    case 1:
      return next === undefined ? [...steps] : [...before, next, ...after];
    case 2:
      return [...before, { act: chance.pick(ACTS) }, ...after];
    default:
      return [...before, { wait: chance.pick(WAITS) }, ...after];
  }
}
