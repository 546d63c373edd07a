/**
 * The soak: a live server under attack, beside lawful sessions that must not feel it. First calm, then nineteen attacks at the
 * same time, each at a capped rate and from a network of its own (127.1, 127.2, ...), then calm again.
 *
 * Run: `npm run fuzz -- soak --seconds 60 --lawful 500 --attackers 200 --seed 7`. With `--json`, the last line is a JSON object.
 *
 * You will see round trips of the lawful calm and under attack, what the server weighs before, at its peak and after, how it
 * has ended each attack, and which promises were broken. The exit code is 0 only if none was.
 *
 * `npm run fuzz -- soak memory` measures what attackers take of the server's memory instead: see siege/main.ts.
 */

import { parseArgs } from 'node:util';
import type { SoakOptions } from './plan.ts';
import { describeSummary } from './report.ts';
import { run } from './run.ts';
import { runSieges } from './siege/main.ts';
import { summarize } from './summary.ts';

const DEFAULTS: SoakOptions = { seconds: 60, lawful: 500, attackers: 200, seed: 1 };

const USAGE =
  'usage: npm run fuzz -- soak [--seconds <number>] [--lawful <number>] [--attackers <number>] [--seed <number>] [--json]';

function readArguments(args: readonly string[]): SoakOptions & { readonly json: boolean } {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seconds: number, lawful: number, attackers: number, seed: number },
      json: { type: 'boolean', default: false },
    },
  });
  const read = (name: keyof SoakOptions): number => {
    const value = Number(values[name] ?? DEFAULTS[name]);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new Error(`--${name} must be a whole number above 0, got ${values[name]}`);
  };
  return {
    ...{ seconds: read('seconds'), lawful: read('lawful'), attackers: read('attackers'), seed: read('seed') },
    json: values.json,
  };
}

/** Runs it with these arguments; resolves with the exit code. */
export async function runSoak(args: readonly string[]): Promise<number> {
  if (args[0] === 'memory') return await runSieges(args.slice(1));
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { json, ...soak } = options;
  const summary = summarize(await run(soak, (text) => json || console.log(text)));
  console.log(json ? JSON.stringify(summary) : `\n${describeSummary(summary)}`);
  return summary.ok ? 0 : 1;
}
