/** A command that runs one of several scenarios by its name. */

import process from 'node:process';
import type { Scenario } from './scenario.ts';

type Scenarios = Readonly<Record<string, Scenario>>;

function list(command: string, scenarios: Scenarios): string {
  const lines = Object.entries(scenarios).map(
    ([name, { summary, flags }]) => `  ${name.padEnd(12)}${summary}\n${flags}`,
  );
  return [`usage: npm run ${command} -- <scenario> [--json] [flags]`, '', ...lines].join('\n');
}

/** The exit code: 0 if the scenario's own check holds, 1 if it does not, 2 if it was called wrongly. */
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
  const asJson = args.includes('--json');
  let run: ReturnType<Scenario['prepare']>;
  try {
    run = scenario.prepare(args.filter((arg) => arg !== '--json'));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${list(command, scenarios)}`);
    return 2;
  }
  const { passed, results, text } = await run();
  const machine = { node: process.version, platform: process.platform, arch: process.arch };
  console.log(asJson ? JSON.stringify({ scenario: name, passed, machine, ...results }, undefined, 2) : text);
  return passed ? 0 : 1;
}
