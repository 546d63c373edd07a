// The tables of README.md are those of docs/LIVENESS.md and docs/PERFORMANCE.md, which the runs themselves have written.

import { describe, expect, it } from 'vitest';
import { betweenMarks, putBetweenMarks } from '../../bench/support/marks.ts';
import { formatOutput } from '../../bench/support/performance.ts';
import { formatTable } from '../../bench/support/table.ts';
import { medianOf, readColumns } from '../../bench/tables/columns.ts';
import { formatMeasured } from '../../bench/tables/measured.ts';
import { read } from './markdown.ts';

const COMMAND = 'npm run bench -- tables --write';
const liveness = read('docs/LIVENESS.md');
const performance = read('docs/PERFORMANCE.md');

describe('The tables of README.md', () => {
  it(`are what \`${COMMAND}\` writes`, () => {
    expect(betweenMarks(read('README.md'), COMMAND)).toBe(formatMeasured(liveness, performance));
  });

  it('follow their sources: another figure of ws, and a row less of bare Node', () => {
    const before = formatMeasured(liveness, performance);
    const slower = formatMeasured(liveness, performance.replace(/^(ws +)19\.9/m, '$191.9'));
    expect(slower).toBe(before.replace('| 71.6 | 19.9 |', '| 71.6 | 91.9 |'));
    const told = liveness.replace('| link down | both, idle | nothing |', '| link down | both, idle | `end` |');
    const [, count = '0'] = /nothing in (\d+) of them/.exec(before) ?? [];
    expect(formatMeasured(told, performance)).toContain(`nothing in ${Number(count) - 1} of them`);
  });

  it('cannot be made where a fault, a column or a mark is missing', () => {
    const make = (from: string, to: string) => () =>
      formatMeasured(liveness.replaceAll(from, to), performance.replaceAll(from, to));
    expect(make('| host dies |', '| host lives |')).toThrow("no fault 'host dies'");
    expect(make('2, answers unread', '3, answers unread')).toThrow('the table has no 2, answers unread');
    expect(make('<!-- end: npm run bench -- ack --write -->', '')).toThrow(
      'no marks of `npm run bench -- ack --write`',
    );
  });
});

describe('docs/PERFORMANCE.md', () => {
  const marks = [...performance.matchAll(/^<!-- begin: (npm run bench -- .*) --write -->$/gm)].map(
    ([, command]) => command ?? '',
  );

  it.each(marks)('says of `%s` what it prints, and on which machine', (command) => {
    const content = betweenMarks(performance, `${command} --write`);
    const [, machine = '', printed = ''] = /^`.*`, (.*):\n\n```text\n([\s\S]*)\n```$/.exec(content) ?? [];
    expect(machine).toMatch(/^Node \d+\.\d+\.\d+, \d+ cores$/);
    expect(content).toBe(formatOutput(command, machine, printed));
  });

  it('has the output of 10 command lines', () => {
    expect(marks).toHaveLength(10);
  });
});

describe('putBetweenMarks', () => {
  it('replaces what is between the marks of 1 command, twice as well as once, and leaves those of another', () => {
    const text = '# T\n\n<!-- begin: a -->\nold\n<!-- end: a -->\n\n<!-- begin: b -->\nb\n<!-- end: b -->\n';
    const once = putBetweenMarks(text, 'a', 'new');
    expect(once).toBe('# T\n\n<!-- begin: a -->\n\nnew\n\n<!-- end: a -->\n\n<!-- begin: b -->\nb\n<!-- end: b -->\n');
    expect(putBetweenMarks(once, 'a', 'new')).toBe(once);
    expect(betweenMarks(once, 'a')).toBe('new');
    expect(() => putBetweenMarks(text, 'c', 'new')).toThrow('no marks of `c`');
  });
});

describe('readColumns', () => {
  it('reads 2 cells out of what formatTable has printed, by row and column, also with blanks in them', () => {
    const printed = [
      'title',
      '',
      formatTable(['load', 'messages/s'], [['net, gathered', '1,000 (900 to 1,100)']]),
    ].join('\n');
    const cell = readColumns(printed, 'load');
    expect(cell('net, gathered', 'messages/s')).toBe('1,000 (900 to 1,100)');
    expect(cell('net, gathered', 'load')).toBe('net, gathered');
    expect(medianOf(cell('net, gathered', 'messages/s'))).toBe('1,000');
    expect(() => cell('ws', 'messages/s')).toThrow('no messages/s of ws');
    expect(() => readColumns(printed, 'idle')).toThrow("begins with 'idle'");
  });
});
