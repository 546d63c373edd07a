/**
 * The siege: what connections take of a server's memory that come only for that, kind by kind, and whether it comes back.
 *
 * Run: `npm run fuzz -- soak memory --attackers 2000`. With `--json`, the last line is a JSON object.
 *
 * You will see, for each kind of besieger, what each of them has taken and the bound. The exit code is 0 only if none was passed.
 */

import { parseArgs } from 'node:util';
import { KINDS } from './kinds.ts';
import { besiege } from './run.ts';
import type { Cost } from './summary.ts';
import { costOf, describeCosts } from './summary.ts';

const DEFAULT_ATTACKERS = 2_000;

const USAGE = 'usage: npm run fuzz -- soak memory [--attackers <number>] [--json]';

function readArguments(args: readonly string[]): { readonly attackers: number; readonly json: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: { attackers: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const attackers = Number(values.attackers ?? DEFAULT_ATTACKERS);
  if (Number.isSafeInteger(attackers) && attackers > 0) return { attackers, json: values.json };
  throw new Error(`--attackers must be a whole number above 0, got ${values.attackers}`);
}

/** Runs it with these arguments; resolves with the exit code. */
export async function runSieges(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { attackers, json } = options;
  const costs: Cost[] = [];
  for (const kind of KINDS) {
    if (!json) console.log(`${attackers} besiegers: ${kind.name}`);
    costs.push(costOf(await besiege(kind, attackers)));
  }
  const ok = costs.every(({ findings }) => findings.length === 0);
  console.log(json ? JSON.stringify({ attackers, costs, ok }) : `\n${describeCosts(costs)}`);
  return ok ? 0 : 1;
}
