// The table of faults in docs/LIVENESS.md has every fault of the laboratory, and no other; what it tells, Systole can tell.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatFaults, putBetweenMarks } from '../faults/lab/document.ts';
import type { Row } from '../faults/lab/row.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const sources = readdirSync(new URL('../faults/', import.meta.url))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => read(`../faults/${name}`));
const calls = sources.flatMap((source) => [...source.matchAll(/^(?:s|dialS)cenario\(/gm)]);
const titles = sources.flatMap((source) =>
  [...source.matchAll(/^(?:s|dialS)cenario\('([^']+)', \{/gm)].map(([, title = '']) => title),
);

const section = read('../../docs/LIVENESS.md').split('\n## 11. Every fault, measured\n')[1] ?? '';
const table = section.split('\n\n').find((part) => part.startsWith('| fault |')) ?? '';
const rows = [...table.matchAll(/^\| (.*) \|$/gm)].slice(2).map(([, row = '']) => row.split(/ ?\| /));

describe('The table of faults', () => {
  it('can be checked: each of more than 40 scenarios has its title as a literal', () => {
    expect(titles.length).toBeGreaterThan(40);
    expect(titles).toHaveLength(calls.length);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('has every fault of the laboratory, and no other', () => {
    const faults = rows.map(([fault = '']) => fault.trim()).filter(Boolean);
    expect(faults.toSorted()).toEqual(titles.toSorted());
  });

  it('says of Systole nothing but causes that there are, or nothing', () => {
    const union = /export type Cause =([^;]*);/.exec(read('../../packages/core/src/words/cause.ts'))?.[1] ?? '';
    const causes = [...union.matchAll(/\| '([\w-]+)'/g)].map(([, cause = '']) => cause);
    const told = rows.map(([, , , , systole = '']) => /^`?([\w-]+)/.exec(systole)?.[1] ?? systole);
    expect(told.filter((what) => what !== 'nothing' && !causes.includes(what))).toEqual([]);
    expect(new Set(told).size).toBeGreaterThan(10);
  });

  it('names the Node and the Linux that it was measured on', () => {
    expect(section).toMatch(/^Node \d+\.\d+\.\d+, Linux \d+\.\d+\.\d+:$/m);
  });
});

describe('formatFaults', () => {
  const nothing = { what: 'nothing', because: undefined, afterMs: undefined };
  const row = (fault: string, side: Row['side'], load: Row['load'], systole: Partial<Row['systole']>): Row => {
    const boundMs = systole.what === undefined ? undefined : 4_000;
    return { fault, side, load, node: nothing, kernel: nothing, systole: { ...nothing, ...systole }, boundMs };
  };

  it('makes one row of 4 that tell the same, from the earliest to the latest, in tenths of a second', () => {
    const silent = (afterMs: number) => ({ what: 'silent', because: '3 probes', afterMs });
    const table = formatFaults([
      row('silent drop', 'near', 'idle', silent(3_261)),
      row('silent drop', 'near', 'busy', silent(3_004)),
      row('silent drop', 'far', 'idle', silent(3_949)),
      row('silent drop', 'far', 'busy', silent(3_500)),
    ]);
    expect(table.split('\n').slice(2)).toEqual([
      '| silent drop | both, idle and busy | nothing | nothing | `silent` (3 probes), 3.0 to 3.9 s | 4.0 s |',
    ]);
  });

  it('keeps rows apart that tell different things, and names their fault once', () => {
    const table = formatFaults([
      row('killed', 'near', 'idle', { what: 'eof', because: 'crash', afterMs: 4 }),
      row('killed', 'near', 'busy', { what: 'reset', because: 'ECONNRESET', afterMs: 949 }),
      row('killed', 'far', 'busy', { what: 'reset', because: 'EPIPE', afterMs: 951 }),
      row('frozen', 'near', 'idle', {}),
      row('frozen', 'far', 'busy', {}),
    ]);
    expect(table.split('\n').slice(2)).toEqual([
      '| killed | near, idle | nothing | nothing | `eof` (crash), at once | 4.0 s |',
      '|  | both, busy | nothing | nothing | `reset` (ECONNRESET, EPIPE), 0.9 to 1.0 s | 4.0 s |',
      '| frozen | near, idle; far, busy | nothing | nothing | nothing | - |',
    ]);
  });

  it('has no word of the kernel where no connection was established', () => {
    const dialling = { ...row('SYN dropped', 'near', 'dialling', {}), kernel: undefined };
    expect(formatFaults([dialling]).split('\n').at(-1)).toBe(
      '| SYN dropped | near, dialling | nothing | - | nothing | - |',
    );
  });
});

describe('putBetweenMarks', () => {
  it('replaces what is between the marks, twice as well as once, and refuses a text without them', () => {
    const marked =
      '# Title\n\n<!-- begin: npm run test:faults -- --write -->\nold\n<!-- end: npm run test:faults -- --write -->\n';
    const once = putBetweenMarks(marked, 'new');
    expect(once).toMatch(/^# Title\n\n<!-- begin.* -->\n\nnew\n\n<!-- end.* -->\n$/);
    expect(putBetweenMarks(once, 'new')).toBe(once);
    expect(() => putBetweenMarks('# Title', 'new')).toThrow('no marks');
  });
});
