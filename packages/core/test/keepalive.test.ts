import { describe, expect, it } from 'vitest';
import { boundMs, PRESETS, resolveKeepalive } from '../src/rules/keepalive.ts';

describe('resolveKeepalive', () => {
  it('leaves by default half of 55 s, the shortest idle limit of common middleboxes, for a beat that is held up', () => {
    expect(resolveKeepalive()?.idleMs).toBeLessThanOrEqual(55_000 / 2);
  });

  it('is idle 20 s, interval 5 s, 3 probes by default', () => {
    expect(resolveKeepalive()).toEqual({ idleMs: 20_000, intervalMs: 5_000, probes: 3 });
    expect(resolveKeepalive({})).toEqual(PRESETS.default);
  });

  it('takes what is missing from the default', () => {
    expect(resolveKeepalive({ idle: '1m' })).toEqual({ idleMs: 60_000, intervalMs: 5_000, probes: 3 });
    expect(resolveKeepalive({ interval: 750 })).toEqual({ idleMs: 20_000, intervalMs: 750, probes: 3 });
    expect(resolveKeepalive({ probes: 1 })).toEqual({ idleMs: 20_000, intervalMs: 5_000, probes: 1 });
  });

  it('L1: is nothing for false', () => {
    expect(resolveKeepalive(false)).toBeUndefined();
  });

  it.each([
    ['default', { idleMs: 20_000, intervalMs: 5_000, probes: 3 }, 35_000],
    ['lan', { idleMs: 2_000, intervalMs: 1_250, probes: 4 }, 7_000],
    ['mobile', { idleMs: 240_000, intervalMs: 10_000, probes: 3 }, 270_000],
    ['kernel', { idleMs: 7_200_000, intervalMs: 75_000, probes: 9 }, 7_875_000],
  ] as const)('L3: knows the preset %s, %j, with a bound of %d ms', (name, keepalive, bound) => {
    expect(resolveKeepalive(name)).toEqual(keepalive);
    expect(boundMs(keepalive)).toBe(bound);
  });

  it('has no preset that a test does not know', () => {
    expect(Object.keys(PRESETS)).toEqual(['default', 'lan', 'mobile', 'kernel']);
  });
});
