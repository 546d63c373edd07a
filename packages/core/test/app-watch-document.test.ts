import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AppWatchState, Work } from '../src/machines/app-watch.ts';
import { AppWatch } from '../src/machines/app-watch.ts';

const text = readFileSync(new URL('../../../docs/LIVENESS.md', import.meta.url), 'utf8');

/** The rows of the table whose header begins so, without their frame. */
function table(header: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} | resting |`));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  const rows = lines.slice(start, start + length).filter((line) => !line.startsWith('| --- |'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const NOTHING: Work = { owed: 0, steps: 0, hasArrived: false };
const OWED: Work = { owed: 1, steps: 0, hasArrived: true };

/** The calls that lead from `resting` into each state, by 1,000. */
const WAY: readonly ((watch: AppWatch) => void)[] = [
  (watch) => watch.handleWork(OWED, 0),
  (watch) => watch.handleTimeout(1_000),
  (watch) => watch.handlePong(),
  (watch) => watch.handlePolled(1_000),
];
const STATES: readonly AppWatchState[] = ['resting', 'waiting', 'asking', 'confirming', 'stalled'];

function createWatch(state: AppWatchState): AppWatch {
  const watch = new AppWatch(1_000);
  for (const step of WAY.slice(0, STATES.indexOf(state))) step(watch);
  drain(watch);
  expect(watch.state).toBe(state);
  return watch;
}

/** The names of what it wants, except `wait`. */
function drain(watch: AppWatch): string[] {
  const names: string[] = [];
  for (let output = watch.poll(); output.type !== 'wait'; output = watch.poll()) names.push(output.type);
  return names;
}

const INPUTS: Readonly<Record<string, (watch: AppWatch) => void>> = {
  'first message sent': (watch) => watch.handleWork(OWED, 1_000),
  'another one sent': (watch) => watch.handleWork({ ...OWED, owed: 2 }, 1_000),
  moved: (watch) => watch.handleWork({ ...OWED, steps: 1 }, 1_000),
  'last one settled': (watch) => watch.handleWork({ ...NOTHING, steps: 1 }, 1_000),
  'time over': (watch) => watch.handleTimeout(9_000),
  'time over, stalled ourselves': (watch) => {
    watch.handleTimeout(9_000, { kind: 'blocked', durationMs: 8_500, endedAt: 9_000 });
  },
  'quarter over, arrival unknown': (watch) => {
    watch.handleWork({ ...OWED, steps: 1, hasArrived: false }, 1_000);
    watch.handleTimeout(1_250);
  },
  PONG: (watch) => watch.handlePong(),
  polled: (watch) => watch.handlePolled(1_000),
  'connection lost': (watch) => watch.handleLost(),
};

const [header = [], ...rows] = table('application');
const cells = rows.flatMap(([input = '', ...row]) =>
  row.map((cell, index) => ({ input, state: header[index + 1] as AppWatchState, cell })),
);

describe('the table of section 10 of docs/LIVENESS.md', () => {
  it('has 5 states and 10 inputs', () => {
    expect(header.slice(1)).toEqual(STATES);
    expect(rows.map(([input]) => input)).toEqual(Object.keys(INPUTS));
  });

  it.each(cells.filter(({ cell }) => cell !== 'never'))('is true of $input in $state: $cell', (entry) => {
    const watch = createWatch(entry.state);
    INPUTS[entry.input]?.(watch);
    const outputs = drain(watch);
    expect(`-> ${watch.state}${outputs.length > 0 ? `; ${outputs.join(', ')}` : ''}`).toBe(entry.cell);
  });
});
