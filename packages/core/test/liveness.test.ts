import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from './support/holds.ts';
import { createLiveness, drain, polled, timeline, timeout } from './support/liveness-timeline.ts';

const ONE_PROBE = { idleMs: 20_000, intervalMs: 5_000, probes: 1 };

describe('L2: evidence is bytes', () => {
  it('L2: a byte while quiet says nothing and moves the first probe to 20 s after it', () => {
    const liveness = createLiveness();
    liveness.handleEvidence(19_999);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 39_999 }]);
    expect(liveness.evidenceAt).toBe(19_999);
  });

  it('L2: a byte while probing ends the silence without a word', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handleEvidence(24_800);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 44_800 }]);
    expect(liveness.state).toBe('quiet');
  });

  it('L2: a byte between the suspicion and its poll phase prevents it', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    timeout(liveness, 25_000);
    expect(liveness.state).toBe('doubting');
    liveness.handleEvidence(25_000);
    expect(polled(liveness, 25_000)).toEqual([{ type: 'wait', until: 45_000 }]);
    expect(liveness.belief).toBe('alive');
  });

  it('L2: a byte between the verdict and its poll phase prevents it', () => {
    const liveness = createLiveness();
    timeline(liveness, 34_999);
    timeout(liveness, 35_000);
    expect(liveness.state).toBe('judging');
    liveness.handleEvidence(35_001);
    expect(polled(liveness, 35_001)).toEqual([
      { type: 'alive', silenceMs: 35_001 },
      { type: 'wait', until: 55_000 },
    ]);
    expect(liveness.state).toBe('quiet');
  });

  it('L2: sending proves nothing: 1 MB written in the silence moves neither probe nor verdict', () => {
    const liveness = createLiveness();
    for (let now = 1_000; now < 20_000; now += 1_000) liveness.handleWritten(now);
    expect(timeline(liveness, 34_999).at(-1)).toBe('30000 ping 3');
    liveness.handleWritten(1_000_000);
    expect(timeout(liveness, 35_000)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
  });
});

describe('L3: the triple', () => {
  it('L3: pings after 20 s of silence, then waits one interval', () => {
    const liveness = createLiveness();
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 20_000 }]);
    expect(timeout(liveness, 20_000)).toEqual([
      { type: 'ping', number: 1 },
      { type: 'wait', until: 25_000 },
    ]);
  });

  it('L3: is dead exactly at first due + 3 x 5,000 ms, after 3 PINGs', () => {
    expect(timeline(createLiveness())).toEqual([
      '20000 ping 1',
      '25000 ping 2',
      '25000 confirm', // the first probe has gone unanswered for an interval
      '25000 suspect',
      '30000 ping 3',
      '35000 confirm',
      '35000 dead silent',
    ]);
  });

  it('L3: is dead at first due + 1 x 5,000 ms with 1 probe', () => {
    expect(timeline(createLiveness({ keepalive: ONE_PROBE })).at(-1)).toBe('25000 dead silent');
  });

  it('L3: counts the bound from the last byte, which comes at 7 s', () => {
    const liveness = createLiveness();
    liveness.handleEvidence(7_000);
    expect(timeline(liveness).at(-1)).toBe('42000 dead silent');
  });

  it('L3: starts afresh with 3 probes after each byte, and numbers go on', () => {
    const liveness = createLiveness();
    timeline(liveness, 34_800);
    expect(liveness.probesSent).toBe(3);
    liveness.handleEvidence(34_800);
    expect(liveness.probesSent).toBe(0);
    expect(timeline(liveness).filter((line) => /ping|dead/.test(line))).toEqual([
      '54800 ping 4',
      '59800 ping 5',
      '64800 ping 6',
      '69800 dead silent',
    ]);
  });

  it('L3: ordinary lateness of 1,250 ms moves no later probe and no verdict', () => {
    const liveness = createLiveness();
    expect(timeout(liveness, 21_250).at(-1)).toEqual({ type: 'wait', until: 25_000 });
    expect(timeline(liveness)).toEqual([
      '25000 ping 2',
      '25000 confirm',
      '25000 suspect',
      '30000 ping 3',
      '35000 confirm',
      '35000 dead silent',
    ]);
  });

  it('L3: a timer that is 1 ms early changes nothing', () => {
    const liveness = createLiveness();
    expect(timeout(liveness, 19_999)).toEqual([{ type: 'wait', until: 20_000 }]);
    expect(liveness.state).toBe('quiet');
  });

  it('L3: the same timer twice is as good as once', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    expect(timeout(liveness, 20_000)).toEqual([{ type: 'wait', until: 25_000 }]);
  });

  it('L1: without a triple it judges nobody and waits for no time', () => {
    const liveness = createLiveness({ keepalive: undefined });
    expect(drain(liveness)).toEqual([{ type: 'wait', until: undefined }]);
    expect(timeout(liveness, 1e9)).toEqual([{ type: 'wait', until: undefined }]);
    liveness.handleEvidence(2e9);
    expect(liveness.evidenceAt).toBe(2e9);
    expect(liveness.belief).toBe('alive');
  });
});

describe('L6: steps', () => {
  it('L6: tells of suspicion with its age and probes, and of life with the length of the silence', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    timeout(liveness, 25_000);
    expect(polled(liveness, 25_002)).toEqual([
      { type: 'suspect', silenceMs: 25_002, probesSent: 2 },
      { type: 'wait', until: 30_000 },
    ]);
    expect(liveness.belief).toBe('suspect');
    liveness.handleEvidence(28_000);
    expect(drain(liveness)).toEqual([
      { type: 'alive', silenceMs: 28_000 },
      { type: 'wait', until: 48_000 },
    ]);
    expect(liveness.belief).toBe('alive');
  });

  it('L6: suspect before dead, also with 1 probe', () => {
    const liveness = createLiveness({ keepalive: ONE_PROBE });
    timeout(liveness, 20_000);
    expect(timeout(liveness, 25_000)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(liveness.belief).toBe('alive');
    expect(polled(liveness, 25_000)).toEqual([
      { type: 'suspect', silenceMs: 25_000, probesSent: 1 },
      { type: 'dead', verdict: 'silent' },
      { type: 'wait', until: undefined },
    ]);
  });

  it('L6: suspects once in a silence of 3 intervals', () => {
    expect(timeline(createLiveness()).filter((line) => line.endsWith('suspect'))).toEqual(['25000 suspect']);
  });

  it('L6: dead is final: no byte, PONG, timer or poll phase says another word', () => {
    const liveness = createLiveness();
    timeline(liveness);
    liveness.handleEvidence(36_000);
    liveness.handlePong(3, 36_000);
    liveness.handlePaused(36_000);
    liveness.handleResumed(37_000);
    liveness.handleTimeout(99_000);
    liveness.handlePolled(99_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: undefined }]);
    expect(liveness.belief).toBe('dead');
    expect(liveness.evidenceAt).toBe(0);
    expect(liveness.probesSent).toBe(3);
  });
});

describe('L7: pongs', () => {
  it('L7: measures the round trip from the PONG with the number of the PING: 80 ms', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handleEvidence(20_080);
    liveness.handlePong(1, 20_080);
    expect(liveness.rtt).toEqual({ latestMs: 80, smoothedMs: 80, variationMs: 40, minMs: 80, jitterMs: 0 });
    expect(liveness.strayPongs).toBe(0);
  });

  it('L7: counts a repeated PONG and measures it not', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handlePong(1, 20_080);
    liveness.handlePong(1, 23_000);
    expect(liveness.rtt?.latestMs).toBe(80);
    expect(liveness.strayPongs).toBe(1);
  });

  it('L7: counts the late PONG of an older PING and measures the newest one only', () => {
    const liveness = createLiveness();
    timeline(liveness, 29_999); // PINGs 1 and 2 are out
    liveness.handlePong(1, 25_010);
    expect(liveness.rtt).toBeUndefined();
    liveness.handlePong(2, 25_100);
    expect(liveness.rtt?.latestMs).toBe(100);
    expect(liveness.strayPongs).toBe(1);
  });

  it('L7: counts PONGs that answer no PING: 0, a number to come, and no number', () => {
    const liveness = createLiveness();
    for (const number of [0, 1, Number.NaN]) liveness.handlePong(number, 1_000);
    expect(liveness.rtt).toBeUndefined();
    expect(liveness.strayPongs).toBe(3);
    expect(liveness.state).toBe('quiet');
  });
});

describe('L8: one beat, no chorus', () => {
  it('L8: the PING of the peer is evidence like any byte, so the second watcher stays still', () => {
    const liveness = createLiveness();
    for (const pingAt of [18_000, 36_000, 54_000]) liveness.handleEvidence(pingAt);
    expect(timeout(liveness, 60_000)).toEqual([{ type: 'wait', until: 74_000 }]);
  });

  it.each([
    [0, 20_000],
    [0.25, 15_000],
    [0.999, 20],
  ])('L8: the first wait is uniform in (0, idle]: random %d gives %d ms', (random, until) => {
    const [wait] = drain(createLiveness({ random: () => random }));
    expect(wait?.type === 'wait' && wait.until).toBeCloseTo(until, 6);
  });

  it.each([
    [0, 20_000],
    [0.5, 19_000],
    [0.999_999, 18_000],
  ])(
    'L8: later waits shorten idle by up to a tenth, and never lengthen it: random %d gives %d ms',
    (random, idleMs) => {
      const liveness = createLiveness({ random: () => random });
      timeout(liveness, 20_000);
      liveness.handleEvidence(21_000);
      const [wait] = drain(liveness);
      expect(wait?.type === 'wait' && wait.until).toBeCloseTo(21_000 + idleMs, 0);
    },
  );

  it('L8: where bytes have come until the end of the first wait of 10,000 ms, the next one is 19,000 ms and not 10,000', () => {
    const liveness = createLiveness({ random: () => 0.5 });
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 10_000 }]);
    liveness.handleEvidence(9_999);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 19_999 }]);
    liveness.handleEvidence(10_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 29_000 }]);
    liveness.handleEvidence(60_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 79_000 }]);
  });

  it('L8: PINGs of many connections are due in steps of idle / 100, and still at most 10 % before idle, never behind it', () => {
    const idle = fc.integer({ min: 800, max: 7_200_000 });
    const random = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    holds(
      fc.property(idle, random, fc.nat(1_000_000_000), (idleMs, drawn, later) => {
        const liveness = createLiveness({ keepalive: { idleMs, intervalMs: 1_000, probes: 3 }, random: () => drawn });
        timeout(liveness, idleMs);
        const heardAt = idleMs + later + 0.5;
        liveness.handleEvidence(heardAt);
        const [wait] = drain(liveness);
        const until = wait?.type === 'wait' ? (wait.until ?? 0) : 0;
        expect(until % Math.floor(idleMs / 100)).toBe(0);
        expect(until - heardAt).toBeLessThanOrEqual(idleMs);
        expect(until - heardAt).toBeGreaterThanOrEqual(0.9 * idleMs - 1e-6);
      }),
    );
  });

  it('L8: an idle below 800 ms is jittered as drawn: there is no room for more', () => {
    const liveness = createLiveness({ keepalive: { idleMs: 799, intervalMs: 1_000, probes: 3 }, random: () => 0.5 });
    timeout(liveness, 799);
    liveness.handleEvidence(800);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 800 + 799 * 0.95 }]);
  });

  it('L8: only idle is jittered: the verdict stays 15,000 ms after the first probe', () => {
    const lines = timeline(createLiveness({ random: () => 0.5 }));
    expect(lines[0]).toBe('10000 ping 1');
    expect(lines.at(-1)).toBe('25000 dead silent');
  });
});
