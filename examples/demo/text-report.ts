/** The demo for people: a timeline for each scenario, and a table at the end. Coloured on a terminal, unless NO_COLOR is set. */

import process from 'node:process';
import { styleText } from 'node:util';
import type { Report } from './report.ts';
import type { Summary } from './scenario.ts';
import { KEEPALIVE } from './scenario.ts';
import type { Actor } from './stage.ts';

type Style = Parameters<typeof styleText>[0];

const hasColors = process.stdout.isTTY && process.stdout.hasColors();

function paint(style: Style, text: string): string {
  return hasColors ? styleText(style, text) : text;
}

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

const ACTOR_STYLES: Readonly<Record<Actor, Style>> = { demo: 'yellow', peer: 'magenta', systole: 'cyan' };

const EVENT_STYLES: Readonly<Record<string, Style>> = { suspect: 'yellow', dead: 'red', disconnect: 'red' };

export const textReport: Report = {
  begin() {
    print(paint('bold', 'Is the process at the other end alive? Each peer here is a real process on this machine.'));
    const { idle, interval, probes } = KEEPALIVE;
    print(
      `Watched with idle ${idle}, interval ${interval}, probes ${probes}: a verdict within idle + interval x probes.`,
    );
  },

  scenario({ name, story, zero }) {
    print();
    print(paint('bold', name));
    print(story);
    print(paint('dim', `0 ms is ${zero}.`));
  },

  line({ sinceZeroMs, actor, event, text }) {
    const time = sinceZeroMs === undefined ? '' : `${Math.round(sinceZeroMs)} ms`;
    const who = paint(ACTOR_STYLES[actor], actor.padEnd(7));
    // What only prepares the scenario stays in the background.
    const style = sinceZeroMs === undefined ? 'dim' : EVENT_STYLES[event];
    print(`  ${time.padStart(8)}  ${who}  ${style === undefined ? text : paint(style, text)}`);
  },

  verdict({ summary, complaints }) {
    const { cause, detectionMs, boundMs, ok } = summary;
    const what = `cause ${cause}${cause === 'none' && ok ? ': nobody died' : ''}`;
    const when = detectionMs === null ? '' : `, known after ${inMs(detectionMs)}; the bound is ${inMs(boundMs)}`;
    print(`  ${mark(ok)} ${paint('bold', what)}${when}`);
    for (const complaint of complaints) print(paint('red', `    Not so: ${complaint}.`));
  },

  end(verdicts, tookMs) {
    print();
    print(paint('bold', `  ${row('scenario', 'expected', 'cause', 'known after', 'bound')}`));
    for (const { summary } of verdicts) print(`${mark(summary.ok)} ${summaryRow(summary)}`);
    const good = verdicts.filter(({ summary }) => summary.ok).length;
    const style = good === verdicts.length ? 'green' : 'red';
    print();
    print(paint(style, `${good} of ${verdicts.length} as they should be, in ${(tookMs / 1_000).toFixed(1)} s.`));
  },
};

function summaryRow({ scenario, expectedCause, cause, detectionMs, boundMs }: Summary): string {
  return row(scenario, expectedCause, cause, inMs(detectionMs), inMs(boundMs));
}

function row(scenario: string, expected: string, cause: string, detected: string, bound: string): string {
  return scenario.padEnd(18) + expected.padEnd(16) + cause.padEnd(16) + detected.padStart(11) + bound.padStart(11);
}

function inMs(duration: number | null): string {
  return duration === null ? '-' : `${Math.round(duration)} ms`;
}

function mark(ok: boolean): string {
  return ok ? paint('green', '✓') : paint('red', '✗');
}
