/** The arguments of `npm run fuzz`. */

import { parseArgs } from 'node:util';
import type { TargetName } from './input.ts';
import { TARGETS } from './input.ts';

/** What is asked for. */
export interface Wish {
  readonly runs: number;
  readonly seed: number;
  /** One target alone; undefined for all. */
  readonly target: TargetName | undefined;
  readonly json: boolean;
  /** Whether to find planted bugs first. */
  readonly proves: boolean;
  /** Whether inputs that fail are left as they are. */
  readonly isRaw: boolean;
  /** A reproducer to run, and nothing else. */
  readonly replay: string | undefined;
}

/** How it is called. */
export const USAGE: string = [
  'usage: npm run fuzz -- [--runs <number>] [--seed <number>] [--target decoder|handshake|session|server]',
  '                       [--no-proof] [--raw] [--json]',
  '       npm run fuzz -- --replay <file> [--json]',
  '       npm run fuzz -- soak ...',
].join('\n');

const DEFAULT_RUNS = 100_000;
/** Numbers of runs are kept in 31 bits. */
const MAX_RUNS = 2 ** 31 - 1;

/** @throws Error that says which argument is wrong. */
export function readArguments(args: readonly string[]): Wish {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { runs: text, seed: text, target: text, replay: text, json: flag, raw: flag, 'no-proof': flag },
  });
  const { target, replay, json, raw } = values;
  if (target !== undefined && !TARGETS.includes(target as TargetName)) {
    throw new Error(`--target must be one of ${TARGETS.join(', ')}, got ${target}`);
  }
  return {
    runs: readNumber('runs', values.runs, DEFAULT_RUNS),
    seed: readNumber('seed', values.seed, 1),
    target: target as TargetName | undefined,
    json,
    proves: !values['no-proof'],
    isRaw: raw,
    replay,
  };
}

function readNumber(name: string, given: string | undefined, usual: number): number {
  const value = Number(given ?? usual);
  if (Number.isSafeInteger(value) && value > 0 && value <= MAX_RUNS) return value;
  throw new Error(`--${name} must be a whole number from 1 to ${MAX_RUNS}, got ${given}`);
}
