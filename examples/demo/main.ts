/**
 * Seven ways in which a peer can seem dead, each with real processes on loopback, and what Systole says of it.
 *
 * Run: `npm run demo`, which takes about 20 seconds. As JSON, one object a line, with `atMs` counted from the start of
 * the scenario: `npm run --silent demo -- --json`.
 *
 * You will see a timeline for each scenario and a table of the causes. The exit code is 0 only if every cause is the
 * right one, within its bound.
 */

import { constants } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { jsonReport } from './json-report.ts';
import { play, playElsewhere } from './play.ts';
import type { Report } from './report.ts';
import type { Verdict } from './scenario.ts';
import { judge } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { ownLoopBlocked } from './scenarios/own-loop-blocked.ts';
import { textReport } from './text-report.ts';

const WATCHDOG_MS = 90_000;

/** Gives up, and by exit(): then all programs that we have started are ended. */
function giveUp(reason: string): never {
  console.error(reason);
  process.exit(1);
}

function readArguments(): { readonly json: boolean } {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    return giveUp(`${(error as Error).message}\nusage: npm run demo [-- --json]`);
  }
}

function endInTime(): void {
  setTimeout(() => giveUp(`the demo was not over within ${WATCHDOG_MS / 1_000} s`), WATCHDOG_MS).unref();
  // Nobody reads us any more, as in `npm run demo | head`.
  process.stdout.on('error', ({ message }) => giveUp(message));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

async function runAll(report: Report): Promise<readonly Verdict[]> {
  const startedAt = performance.now();
  report.begin();
  // Begins first and is shown last, because it takes longest; and elsewhere, because it blocks its event loop.
  const elsewhere = playElsewhere(ownLoopBlocked);
  const verdicts: Verdict[] = [];
  for (const scenario of SCENARIOS) {
    report.scenario(scenario);
    const tell = report.line.bind(report);
    const finding = await (scenario === ownLoopBlocked ? elsewhere.relay(tell) : play(scenario, tell));
    const verdict = judge(scenario, finding);
    report.verdict(verdict);
    verdicts.push(verdict);
  }
  report.end(verdicts, performance.now() - startedAt);
  return verdicts;
}

const { json } = readArguments();
if (process.platform === 'win32') giveUp('the demo needs a system on which a process can be frozen, with SIGSTOP');
endInTime();
const verdicts = await runAll(json ? jsonReport : textReport);
process.exitCode = verdicts.every(({ summary }) => summary.ok) ? 0 : 1;
