/** A failure in a file: what it was, and the inputs that bring it again. */

import { readFileSync, writeFileSync } from 'node:fs';
import type { FailureKind } from './failure.ts';
import type { WrittenInput } from './input.ts';
import { read, written } from './input.ts';

/** See the head of the file. */
export interface Reproducer {
  readonly kind: FailureKind;
  readonly text: string;
  readonly seed: number;
  /** The number of the run; of the first, where several were run at once. */
  readonly run: number;
  readonly inputs: readonly WrittenInput[];
}

/** Writes it into the working directory, and returns the name of the file. */
export function writeReproducer(reproducer: Reproducer): string {
  const { seed, run, inputs } = reproducer;
  const file = `fuzz-${inputs[0]?.target ?? 'none'}-${seed}-${run}.json`;
  writeFileSync(file, `${JSON.stringify(reproducer, undefined, 2)}\n`);
  return file;
}

/** The inputs in such a file. @throws Error that says what is wrong with it. */
export function readReproducer(file: string): WrittenInput[] {
  const { inputs } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Reproducer>;
  if (!Array.isArray(inputs) || inputs.length === 0) throw new Error(`${file} has no inputs`);
  return inputs.map((input) => written(read(input)));
}
