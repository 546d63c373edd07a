import { expect, describe as group, it } from 'vitest';
import { describe } from '../src/rules/describe.ts';
import { OptionsError } from '../src/words/errors.ts';

group('describe', () => {
  it('L3: tells of the default triple: bound 35 s, at most 135 s, rides out 7.35 s', () => {
    // window = 5 s x 3 = 15 s; longest = max(35 s, 60 s of writing) + 15 s of stalls + 60 s of pauses
    // outage = (15,000 - (200 + 50) - 50) / 2; probes = 86,400,000 / (0.95 x 20,000 + 50)
    expect(describe()).toEqual({
      idleMs: 20_000,
      intervalMs: 5_000,
      probes: 3,
      boundMs: 35_000,
      maxBoundMs: 135_000,
      outageMs: 7_350,
      probesPerDay: 4_535,
      bytesPerDay: 4_535 * 164,
    });
  });

  it('L3: adds the extensions to the bound where it is longer than writeTimeout', () => {
    const description = describe({ keepalive: 'kernel', writeTimeout: '30s', pausedTimeout: 0 });
    expect(description?.boundMs).toBe(7_875_000);
    expect(description?.maxBoundMs).toBe(7_875_000 + 675_000);
  });

  it('L3: an outage is at least 0: one probe each 100 ms rides out none on a path of 300 ms', () => {
    expect(describe({ keepalive: { idle: 100, interval: 100, probes: 1 }, rtt: 300 })?.outageMs).toBe(0);
  });

  it('L3: a longer path costs outage: twice the round trip, halved', () => {
    const near = describe({ rtt: 0 })?.outageMs ?? 0;
    expect(near).toBe(7_400);
    expect(describe({ rtt: '1s' })?.outageMs).toBe(near - 1_000);
  });

  it('L1: promises nothing without a triple', () => {
    expect(describe({ keepalive: false })).toBeUndefined();
  });

  it('refuses wrong options, its own among them', () => {
    expect(() => describe({ keepalive: { probes: 0 }, rtt: -1 })).toThrow(OptionsError);
    try {
      describe({ keepalive: { probes: 0 }, rtt: -1 });
    } catch (error) {
      const paths = error instanceof OptionsError ? error.problems.map(({ path }) => path) : [];
      expect(paths.toSorted()).toEqual(['keepalive.probes', 'rtt']);
    }
  });
});
