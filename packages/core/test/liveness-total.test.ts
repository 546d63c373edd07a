import { describe, expect, it } from 'vitest';
import { createLiveness, drain, polled, timeline, timeout } from './support/liveness-timeline.ts';

describe('L13: total', () => {
  it('L13: a clock that runs backwards is held: a byte "before" the last one does not shorten its silence', () => {
    const liveness = createLiveness();
    liveness.handleEvidence(10_000);
    liveness.handleEvidence(4_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 30_000 }]);
  });

  it('L13: a clock that runs backwards is held: no silence and no round trip is below 0 ms', () => {
    const liveness = createLiveness();
    timeline(liveness, 29_999);
    liveness.handlePong(2, 3_000);
    expect(liveness.rtt?.latestMs).toBe(0);
    liveness.handleEvidence(-5_000);
    expect(drain(liveness)).toEqual([
      { type: 'alive', silenceMs: 25_000 },
      { type: 'wait', until: 45_000 },
    ]);
  });

  it('L13: a clock that runs backwards in a pause does not bring the verdict nearer', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handlePaused(21_000);
    liveness.handleResumed(1_000);
    expect(timeline(liveness).at(-1)).toBe('35000 dead silent');
  });

  it('L13: NaN is no time: nothing happens at it', () => {
    const liveness = createLiveness();
    liveness.handleEvidence(Number.NaN);
    liveness.handleTimeout(Number.NaN, { kind: 'slept', endedAt: Number.NaN, durationMs: Number.NaN });
    liveness.handleWritten(Number.NaN);
    liveness.handlePaused(Number.NaN);
    liveness.handleResumed(Number.NaN);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 20_000 }]);
  });

  it('L13: a jump of the clock to 1e300 asks at once, and decides', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    expect(timeout(liveness, 1e300)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(polled(liveness, 1e300).at(-2)).toEqual({ type: 'dead', verdict: 'silent' });
  });

  it('L13: a deadline 1,000 years away is told as it is; the timer clamps, the machine does not', () => {
    const idleMs = 1_000 * 365 * 24 * 3_600_000;
    const liveness = createLiveness({ keepalive: { idleMs, intervalMs: 100, probes: 1 } });
    expect(drain(liveness)).toEqual([{ type: 'wait', until: idleMs }]);
    expect(timeline(liveness).at(-1)).toBe(`${idleMs + 100} dead silent`);
  });

  it('L13: a poll phase that nobody asked for decides nothing', () => {
    const liveness = createLiveness();
    expect(polled(liveness, 10_000)).toEqual([{ type: 'wait', until: 20_000 }]);
    timeline(liveness, 29_999);
    expect(polled(liveness, 29_000)).toEqual([{ type: 'wait', until: 30_000 }]);
    expect(liveness.state).toBe('suspect');
  });
});
