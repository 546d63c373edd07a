import { describe, expect, it } from 'vitest';
import { drawFirstIdle, drawIdle } from '../src/rules/idle-draw.ts';

const IDLE = 20_000;
/** Of a random number in [0, 1). */
const LOWEST = (): number => 0;
const HIGHEST = (): number => 1 - Number.EPSILON;

describe('Idle that is drawn', () => {
  it('L8: is for the first wait up to the whole of idle, and never 0', () => {
    expect(drawFirstIdle(IDLE, LOWEST)).toBe(IDLE);
    expect(drawFirstIdle(IDLE, () => 0.75)).toBe(5_000);
    expect(drawFirstIdle(IDLE, HIGHEST)).toBeGreaterThan(0);
  });

  it('L8: is later shortened by up to a tenth, and never lengthened', () => {
    expect(drawIdle(IDLE, 0, LOWEST)).toBe(IDLE);
    expect(drawIdle(IDLE, 0, () => 0.5)).toBe(19_000);
    expect(drawIdle(IDLE, 0, HIGHEST)).toBe(18_000);
  });

  it('ends at a step of 200 ms, which is a hundredth of idle, whenever the last byte came', () => {
    for (const evidenceAt of [0, 1, 77.7, 199.9, 123_456.789]) {
      for (const share of [0, 0.123, 0.5, 0.999]) {
        const idleMs = drawIdle(IDLE, evidenceAt, () => share);
        expect((evidenceAt + idleMs) / 200).toBeCloseTo(Math.round((evidenceAt + idleMs) / 200), 6);
        expect(idleMs).toBeGreaterThanOrEqual(0.9 * IDLE);
        expect(idleMs).toBeLessThanOrEqual(IDLE);
      }
    }
  });

  it('has no steps below 800 ms, where one would be shorter than a turn of the loop', () => {
    expect(drawIdle(799, 33, () => 0.25)).toBeCloseTo(799 * 0.975, 9);
    expect(drawIdle(800, 33, () => 0.25)).toBe(776 - 33 + 32);
  });
});
