/**
 * Chaos: a server process and a client process send to each other while everything goes wrong that can, and journals that
 * survive the processes are judged for the promise of delivery: *acknowledged means handled, once; everything else is handed back*.
 *
 * Run: `npm run chaos -- --messages 20000 --faults 60 --seed 7`. The same seed brings the same faults, at the same
 * numbers of messages. With `--json` every line is a JSON object.
 *
 * You will see a line for each fault and, as the last one, the summary as JSON. The exit code is 0 only if it is `ok`.
 */

import { constants } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { PlanOptions } from './plan.ts';
import { describeFault } from './plan.ts';
import { run } from './run.ts';
import type { Inflicted } from './summary.ts';

const DEFAULTS: PlanOptions = { messages: 20_000, faults: 60, seed: 1 };

const USAGE = 'usage: npm run chaos -- [--messages <number>] [--faults <number>] [--seed <number>] [--json]';

function readArguments(): PlanOptions & { readonly json: boolean } {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { messages: number, faults: number, seed: number, json: { type: 'boolean', default: false } },
  });
  const read = (name: keyof PlanOptions): number => {
    const value = Number(values[name] ?? DEFAULTS[name]);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new Error(`--${name} must be a whole number above 0, got ${values[name]}`);
  };
  return { messages: read('messages'), faults: read('faults'), seed: read('seed'), json: values.json };
}

function textOf({ planned, sent, inFlight }: Inflicted): string {
  return `message ${sent} (planned ${planned.at}), ${inFlight} in flight: ${describeFault(planned.fault)}`;
}

async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { json, ...plan } = options;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
  const summary = await run(plan, (inflicted) => console.log(json ? JSON.stringify(inflicted) : textOf(inflicted)));
  console.log(JSON.stringify(summary));
  return summary.ok ? 0 : 1;
}

process.exitCode = await main();
