// docs/FAQ.md and docs/MIGRATION.md quote no figure that its source does not have: a test for each, so that a new run cannot leave them behind.

import { describe as describeOptions, type PRESETS } from '@systole/core';
import { describe, expect, it } from 'vitest';
import { betweenMarks } from '../../bench/support/marks.ts';
import { medianOf, readColumns } from '../../bench/tables/columns.ts';
import { read } from './markdown.ts';

const faq = read('docs/FAQ.md');
const migration = read('docs/MIGRATION.md');
const readme = read('README.md');
const performance = read('docs/PERFORMANCE.md');
const cellsOf = (scenario: string) => readColumns(betweenMarks(performance, `npm run bench -- ${scenario} --write`));
const idle = cellsOf('idle');
const stall = cellsOf('stall --bound 3000 --rounds 1');

const numberOf = (cell: string): number => Number(medianOf(cell).replaceAll(',', ''));

function perDay(preset: keyof typeof PRESETS): number {
  return describeOptions({ keepalive: preset })?.probesPerDay ?? Number.NaN;
}

describe('docs/FAQ.md', () => {
  it('counts as many faults as the README does, which takes them from their table', () => {
    const [, faults = ''] = /Of (\d+) faults, these:/.exec(readme) ?? [];
    expect(faq).toContain(`[${faults} faults](LIVENESS.md`);
  });

  it('says of 3 presets how often they beat, and what a beat takes, as describe() does', () => {
    const { probesPerDay = 0, bytesPerDay = 0, boundMs } = describeOptions({ keepalive: 'default' }) ?? {};
    expect(faq).toContain(`A PING and its PONG are ${Math.round(bytesPerDay / probesPerDay)} bytes with all headers`);
    expect(migration).toContain(`${Math.round(bytesPerDay / probesPerDay)} bytes for a pair, headers included`);
    expect(faq).toContain(`some ${(Math.round(perDay('default') / 100) * 100).toLocaleString('en')} of them a day`);
    expect(faq).toContain(`some ${Math.round(perDay('mobile') / 10) * 10} times a day`);
    expect(faq).toContain(`a verdict within ${(boundMs ?? 0) / 1_000} s`);
    expect(faq).toContain(`\`lan\` (within ${(describeOptions({ keepalive: 'lan' })?.boundMs ?? 0) / 1_000} s)`);
  });

  it('says what was measured: 1,000 of 1,000 killed by deadlines, 0 by Systole, and the heap of a connection', () => {
    expect(['net, a deadline each', 'systole'].map((name) => numberOf(stall(name, '2, answers unread')))).toEqual([
      1_000, 0,
    ]);
    expect(faq).toContain('[killed all of its 1,000 healthy peers](PERFORMANCE.md#stall); Systole none');
    expect(faq).toContain(`[${(numberOf(idle('systole', 'heap B')) / 1_000).toFixed(1)} KB of heap each]`);
  });
});

describe('docs/MIGRATION.md', () => {
  it('says of ws and engine.io what was measured: 1,000 and 800 of 1,000 killed, 339 ms of burst; and what a look of a watch takes', () => {
    expect(['ws', 'engine.io'].map((name) => numberOf(stall(name, '2, answers unread')))).toEqual([1_000, 800]);
    expect(migration).toContain('[all 1,000 of 1,000](PERFORMANCE.md#stall)');
    expect(migration).toContain('[800 of 1,000 healthy ones](PERFORMANCE.md#stall)');
    expect(Math.abs(numberOf(idle('ws', 'loop delay max ms')) - 1_000 / 3)).toBeLessThan(50);
    expect(migration).toContain('[a third of a second](PERFORMANCE.md#idle)');
    const [, look = ''] = /idle 20 s, above bare ones: ([\d.]+) \(.*\) us a watch and second/.exec(performance) ?? [];
    expect(migration).toContain(`once a second, which took [${Math.round(Number(look))} us](PERFORMANCE.md#watch)`);
  });
});
