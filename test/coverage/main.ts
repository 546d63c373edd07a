/**
 * Coverage: how much of each package the tests run, in lines and in branches. Too little of one fails, whatever the others have.
 *
 * Run: `npm run coverage`. With `--json` the last line is a JSON object.
 *
 * You will see the tests, a line for each package, and a table of the files of which something is not run.
 */

import process from 'node:process';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import type { Shares } from './coverage-reporter.ts';
import { CoverageReporter } from './coverage-reporter.ts';

const USAGE = 'usage: npm run coverage -- [--json]';

function readArguments(): { readonly json: boolean } | undefined {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return undefined;
  }
}

async function run(json: boolean): Promise<void> {
  const reporters = json ? { reporters: ['default', new CoverageReporter(printAtLast)] } : {};
  const projects = ['unit', 'integration'];
  const vitest = await startVitest('test', [], {
    project: projects,
    watch: false,
    coverage: { enabled: true },
    ...reporters,
  });
  await vitest.close();
}

/** Its exit code is known only when all else was said: whether a test has failed, or a package has not reached its floor. */
function printAtLast(packages: ReadonlyMap<string, Shares>): void {
  process.once('exit', (code) => {
    const summary = { ok: code === 0, node: process.versions.node, packages: Object.fromEntries(packages) };
    console.log(JSON.stringify(summary));
  });
}

const given = readArguments();
if (given === undefined) process.exitCode = 2;
else await run(given.json);
