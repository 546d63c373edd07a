// A siege is ok only if nothing was taken beyond the bound, and all of it came back.

import { describe, expect, it } from 'vitest';
import { KINDS } from './kinds.ts';
import type { Siege } from './run.ts';
import { costOf, describeCosts } from './summary.ts';

const MIB = 2 ** 20;
const kind = {
  ...{ name: 'greedy', boundBytes: 10_000, formula: '10 kB', isStranger: false },
  stand: (): void => {},
};
const BEFORE = { heap: 10 * MIB, external: 8 * MIB, rss: 80 * MIB, files: 30 };

const GOOD: Siege = {
  kind,
  besiegers: 2_000,
  standing: 2_000,
  before: BEFORE,
  during: {
    ...BEFORE,
    heap: BEFORE.heap + 4_000_000,
    external: BEFORE.external + 16_000_000,
    rss: BEFORE.rss + 24_000_000,
  },
  after: BEFORE,
  left: 0,
};

describe('the cost of a siege', () => {
  it('is within the bound where 2,000 take 10,000 bytes each, and give all back', () => {
    const cost = costOf(GOOD);
    expect(cost).toMatchObject({ bytes: 10_000, rssBytes: 12_000, boundBytes: 10_000, keptBytes: 0, findings: [] });
    expect(describeCosts([cost])).toMatch(/greedy +2,000 +2,000 +10,000 +12,000 +10,000 +0 +10 kB\nok$/);
  });

  it('expects 1,024 of 2,000 to be borne in the handshake', () => {
    const stranger = { ...GOOD, kind: { ...kind, isStranger: true, boundBytes: 20_000 } };
    expect(costOf({ ...stranger, standing: 1_024 }).findings).toEqual([]);
    expect(costOf(stranger).findings).toEqual(['greedy: 2000 were standing, where 1024 should']);
  });

  it.each<{ readonly why: string; readonly siege: Siege; readonly finding: string }>([
    {
      why: 'they have taken 1 byte more than the bound',
      siege: { ...GOOD, during: { ...GOOD.during, heap: GOOD.during.heap + 1 } },
      finding: 'they have taken 20000001 bytes, over the bound of 20000000',
    },
    {
      why: 'the process has grown by 48 MiB more than the bound',
      siege: { ...GOOD, during: { ...GOOD.during, rss: BEFORE.rss + 20_000_000 + 48 * MIB + 1 } },
      finding: `the process has grown by ${20_000_001 + 48 * MIB} bytes, over the bound of 20000000`,
    },
    {
      why: '12 MiB were kept',
      siege: { ...GOOD, after: { ...BEFORE, external: BEFORE.external + 12 * MIB + 1 } },
      finding: `${12 * MIB + 1} bytes were kept`,
    },
    { why: 'a connection was left', siege: { ...GOOD, left: 1 }, finding: '1 connections were left' },
    {
      why: 'a file was left',
      siege: { ...GOOD, after: { ...BEFORE, files: 31 } },
      finding: '1 file descriptors were left',
    },
    {
      why: 'one of them was not let in',
      siege: { ...GOOD, standing: 1_999, during: BEFORE },
      finding: '1999 were standing, where 2000 should',
    },
  ])('is not ok where $why', ({ siege, finding }) => {
    const cost = costOf(siege);
    expect(cost.findings).toEqual([`greedy: ${finding}`]);
    expect(describeCosts([cost])).toContain(`FAILED: greedy: ${finding}`);
  });

  it('has a formula for each of 7 kinds that says what the bound is', () => {
    const options = { maxUnhandledBytes: 65_664, maxMessageBytes: 65_536 };
    const termOf = (term: string): number => {
      const [factor, name] = term.includes(' x ') ? term.split(' x ') : ['1', term];
      const known = options[name as keyof typeof options] as number | undefined;
      return Number(factor) * (known ?? 1_024 * Number.parseInt(term, 10));
    };
    for (const { formula, boundBytes } of KINDS) {
      expect(formula.split(' + ').reduce((sum, term) => sum + termOf(term), 0)).toBe(boundBytes);
    }
    expect(KINDS).toHaveLength(7);
  });
});
