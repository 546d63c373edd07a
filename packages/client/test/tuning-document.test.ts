import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../src/backoff.ts';

const text = readFileSync(new URL('../../../docs/TUNING.md', import.meta.url), 'utf8');
const [, header = '', body = ''] = /^(\| clients \|.*)\n\| ---.*\n((?:\|.*\n)+)/m.exec(text) ?? [];
const bases = [...header.matchAll(/base (\d+)s/g)].map(([, seconds]) => Number(seconds) * 1_000);
const rows = body
  .trim()
  .split('\n')
  .map((row) => [...row.matchAll(/[\d,]+/g)].map(([cell]) => Number(cell.replaceAll(',', ''))));

/** Of 100,000 clients with evenly spread random numbers, those that come in the second after one: a tenth of it. */
function shareIn100ms(baseMs: number): number {
  const config = { baseMs, capMs: Math.max(30_000, baseMs) };
  const delays = Array.from({ length: 100_000 }, (_, at) => backoffMs(config, 1, () => at / 100_000));
  return delays.filter((delayMs) => delayMs > 1_000 && delayMs <= 2_000).length / 1_000_000;
}

describe('The table of fleets in docs/TUNING.md', () => {
  it('has 3 fleets and 4 bases', () => {
    expect([rows.length, bases.length]).toEqual([3, 4]);
  });

  it.each(rows)('%d clients come back in each 100 ms as their delays say: %d, %d, %d, %d', (clients = 0, ...shares) => {
    expect(shares).toEqual(bases.map((baseMs) => Math.round(clients * shareIn100ms(baseMs))));
  });
});
