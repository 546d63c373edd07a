/** Which figures of docs/PERFORMANCE.md the README shows: one row for each. */

import { medianOf, readColumns } from './columns.ts';

interface Figure {
  readonly what: string;
  /** The arguments of `npm run bench --` that have measured it. */
  readonly scenario: string;
  /** By hand, `ws`, `engine.io` and Systole, from what the scenario has printed. */
  cells(output: string): readonly string[];
}

const BY_HAND = 'net, a timer each';
const ALL = [BY_HAND, 'ws', 'engine.io', 'systole'];

/** The medians of one column of the first table. */
function column(name: string): Figure['cells'] {
  return (output) => {
    const cell = readColumns(output);
    return ALL.map((row) => medianOf(cell(row, name)));
  };
}

/** With one write for each message, and with one for all of a turn. */
function acknowledged(output: string): string[] {
  const cell = readColumns(output, '100 x 32 B');
  const [net, gathered, ...others] = ['net', 'net, gathered', 'ws', 'engine.io', 'systole'].map((row) =>
    cell(row, 'messages/s'),
  );
  return [`${net}; ${gathered} with one write a turn`, ...others];
}

export const FIGURES: readonly Figure[] = [
  {
    what: '10,000 idle connections: processor time of the server for 1,000 heartbeats, ms',
    scenario: 'idle',
    cells: column('cpu ms / 1,000 beats'),
  },
  {
    what: 'the same: longest time in which its loop did nothing else, ms',
    scenario: 'idle',
    cells: column('loop delay max ms'),
  },
  { what: 'the same: heap of a connection, bytes', scenario: 'idle', cells: column('heap B') },
  { what: 'accepting a connection: processor time, us', scenario: 'connect', cells: column('cpu us') },
  { what: 'acknowledged messages a second, 32 bytes, 100 connections', scenario: 'ack', cells: acknowledged },
  {
    what: 'of 1,000 healthy peers, killed by a server that was blocked for two bounds, their answers unread',
    scenario: 'stall --bound 3000 --rounds 1',
    cells: column('2, answers unread'),
  },
];
