/** A command that runs one of several scenarios by its name. */

import process from 'node:process';
import { writePerformance } from './performance.ts';
import type { Scenario } from './scenario.ts';
import { areKept, describeTarget } from './targets.ts';

type Scenarios = Readonly<Record<string, Scenario>>;

function list(command: string, scenarios: Scenarios): string {
  const lines = Object.entries(scenarios).map(
    ([name, { summary, flags }]) => `  ${name.padEnd(12)}${summary}\n${flags}`,
  );
  return [
    `usage: npm run ${command} -- <scenario> [--json] [--strict] [--write] [flags]`,
    '',
    ...COMMON,
    '',
    ...lines,
  ].join('\n');
}

const COMMON = [
  '  Prints a table and its targets: each holds or misses. It ends with 1 where a promise FAILS, such as that no healthy peer',
  '  is judged. A missed target of speed is no failure, as a busy machine blurs it.',
  '    --json          all figures, for machines',
  '    --strict        ends with 1 for a missed target of speed, too',
  '    --write         puts it into docs/PERFORMANCE.md, where that has a place for this command line, unless it fails',
];

const COMMON_FLAGS = ['--json', '--strict', '--write'];

/** The exit code: 0 if the scenario's own check and its promises hold, 1 if they do not, 2 if it was called wrongly. */
export async function runScenario(
  command: string,
  scenarios: Scenarios,
  [name = '', ...args]: readonly string[],
): Promise<number> {
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  if (scenario === undefined) {
    console.error(list(command, scenarios));
    return 2;
  }
  const [asJson, isStrict, isWritten] = COMMON_FLAGS.map((flag) => args.includes(flag));
  const own = args.filter((arg) => !COMMON_FLAGS.includes(arg));
  let run: ReturnType<Scenario['prepare']>;
  try {
    run = scenario.prepare(own);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${list(command, scenarios)}`);
    return 2;
  }
  const { passed: isSound = true, targets = [], results, text } = await run();
  const passed = isSound && areKept(targets, isStrict === true);
  const machine = { node: process.version, platform: process.platform, arch: process.arch };
  const lines = targets.length === 0 ? [] : ['', ...targets.map(describeTarget)];
  const json = { scenario: name, passed, machine, ...(targets.length === 0 ? {} : { targets }), ...results };
  const printed = [text, ...lines].join('\n');
  console.log(asJson ? JSON.stringify(json, undefined, 2) : printed);
  if (isWritten && passed)
    await (scenario.write ?? writePerformance)(`npm run ${[command, '--', name, ...own].join(' ')}`, printed);
  return passed ? 0 : 1;
}
