import { describe, expect, it } from 'vitest';
import {
  blocked,
  createLiveness,
  createSuspecting,
  drain,
  polled,
  slept,
  timeline,
  timeout,
} from './support/liveness-timeline.ts';

describe('L5: one poll phase before each decision', () => {
  it('L5: nobody is suspected before a poll phase has passed', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    expect(timeout(liveness, 25_000)).toEqual([
      { type: 'ping', number: 2 },
      { type: 'confirm' },
      { type: 'wait', until: undefined },
    ]);
    expect(liveness.belief).toBe('alive');
  });

  it('L5: nobody is dead before a poll phase has passed', () => {
    const liveness = createSuspecting();
    expect(timeout(liveness, 35_000)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(timeout(liveness, 99_000)).toEqual([{ type: 'wait', until: undefined }]);
    expect(liveness.belief).toBe('suspect');
    expect(polled(liveness, 35_000)).toEqual([
      { type: 'dead', verdict: 'silent' },
      { type: 'wait', until: undefined },
    ]);
  });

  it('L5: the poll phase of an older question does not answer a newer one', () => {
    const liveness = createLiveness({ keepalive: { idleMs: 100, intervalMs: 100, probes: 1 } });
    liveness.handlePolled(50); // nobody asked for this one
    timeout(liveness, 100);
    timeout(liveness, 200); // asks
    liveness.handleEvidence(200);
    timeout(liveness, 300);
    timeout(liveness, 400); // asks again, before the first answer
    expect(polled(liveness, 400)).toEqual([{ type: 'wait', until: undefined }]);
    expect(liveness.state).toBe('judging');
    expect(polled(liveness, 400).at(-2)).toEqual({ type: 'dead', verdict: 'silent' });
  });
});

describe('L5: a late timer', () => {
  it('L5: 1,250 ms late is ordinary, 1,251 ms late excuses', () => {
    const ordinary = createSuspecting();
    expect(timeout(ordinary, 36_250)[0]).toEqual({ type: 'confirm' });
    const late = createSuspecting();
    expect(timeout(late, 36_251)).toEqual([
      { type: 'ping', number: 4 },
      { type: 'wait', until: 41_251 },
    ]);
  });

  it('L5: 100 ms late is ordinary for an interval of 200 ms, 101 ms late excuses', () => {
    const keepalive = { idleMs: 1_000, intervalMs: 200, probes: 1 };
    const ordinary = createLiveness({ keepalive });
    expect(timeout(ordinary, 1_100).at(-1)).toEqual({ type: 'wait', until: 1_200 });
    const late = createLiveness({ keepalive });
    expect(timeout(late, 1_101).at(-1)).toEqual({ type: 'wait', until: 1_301 });
  });

  it('L5: half an interval late excuses where that is less than 100 ms, so a probe has time for its answer', () => {
    const keepalive = { idleMs: 1_000, intervalMs: 100, probes: 1 };
    const ordinary = createLiveness({ keepalive });
    expect(timeout(ordinary, 1_050).at(-1)).toEqual({ type: 'wait', until: 1_100 });
    const late = createLiveness({ keepalive });
    expect(timeout(late, 1_051).at(-1)).toEqual({ type: 'wait', until: 1_151 });
  });

  it('L5: a stall before the first probe gives it its whole interval before suspicion, and leaves the verdict', () => {
    const liveness = createLiveness();
    // 20,000: due; 23,000: sent. The beat goes on from there, the verdict stays.
    expect(timeout(liveness, 23_000)).toEqual([
      { type: 'ping', number: 1 },
      { type: 'wait', until: 28_000 },
    ]);
    expect(timeline(liveness)).toEqual([
      '28000 ping 2',
      '28000 confirm',
      '28000 suspect',
      '33000 ping 3',
      '35000 confirm',
      '35000 dead silent',
    ]);
  });

  it('L5: missed probes are never replayed: one PING after a stall of 13 s', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    expect(timeout(liveness, 33_000)).toEqual([
      { type: 'ping', number: 2 },
      { type: 'wait', until: 38_000 },
    ]);
    expect(liveness.probesSent).toBe(2);
  });

  it('L5: a stall across the verdict gives a fresh PING and one interval', () => {
    const liveness = createSuspecting();
    expect(timeout(liveness, 95_000)).toEqual([
      { type: 'ping', number: 4 },
      { type: 'wait', until: 100_000 },
    ]);
    expect(timeline(liveness)).toEqual(['100000 confirm', '100000 dead silent']);
  });

  it('L5: a stall of 60 s over all probes costs one interval, not the triple', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    expect(timeout(liveness, 80_000)).toEqual([
      { type: 'ping', number: 2 },
      { type: 'wait', until: 85_000 },
    ]);
    expect(timeline(liveness).at(-1)).toBe('85000 dead silent');
  });

  it('L5: no few milliseconds of lateness cost an excuse its fresh PING', () => {
    const liveness = createLiveness();
    timeline(liveness, 29_999);
    timeout(liveness, 30_007); // PING 3 is 7 ms late, so at 35,003 it is not yet an interval old
    expect(timeout(liveness, 35_003, blocked(34_900, 3_000))).toEqual([
      { type: 'ping', number: 4 },
      { type: 'wait', until: 39_900 },
    ]);
  });

  it('L5: endless stalls excuse 15,000 ms in one silence, and no more', () => {
    const liveness = createSuspecting();
    // Each timer comes 2,000 ms late: 35 s, 42 s and 49 s are excused by 5 s each, the fourth time is enough.
    const waits = [37_000, 44_000, 51_000].map((now) => timeout(liveness, now).at(-1));
    expect(waits).toEqual([42_000, 49_000, 56_000].map((until) => ({ type: 'wait', until })));
    expect(timeout(liveness, 58_000)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(polled(liveness, 58_000)[0]).toEqual({ type: 'dead', verdict: 'silent' });
    expect(liveness.probesSent).toBe(6);
  });

  it('L5: each silence has an excuse of its own', () => {
    const liveness = createSuspecting();
    for (const now of [37_000, 44_000, 51_000]) timeout(liveness, now);
    liveness.handleEvidence(52_000);
    drain(liveness);
    timeline(liveness, 86_999);
    expect(timeout(liveness, 89_000).at(-1)).toEqual({ type: 'wait', until: 94_000 });
  });
});

describe('L5: a stall that another timer has met', () => {
  it('L5: it excuses for one interval after its end', () => {
    const liveness = createSuspecting();
    expect(timeout(liveness, 35_000, blocked(33_000, 2_000)).at(-1)).toEqual({ type: 'wait', until: 38_000 });
  });

  it('L5: it excuses once', () => {
    const liveness = createSuspecting();
    timeout(liveness, 35_000, blocked(33_000, 2_000));
    expect(timeout(liveness, 38_000, blocked(33_000, 2_000))[0]).toEqual({ type: 'confirm' });
  });

  it.each([
    ['1,250 ms are no stall for an interval of 5 s', blocked(33_000, 1_250)],
    ['one of 5 s ago has left the peer its interval', blocked(30_000, 2_000)],
    ['one before the last byte is none of this silence', blocked(0, 60_000)],
  ])('L5: it does not excuse if it was too short or too long ago: %s', (_, stall) => {
    const liveness = createSuspecting();
    expect(timeout(liveness, 35_000, stall)[0]).toEqual({ type: 'confirm' });
  });

  it('L5: one that ended before the first probe brings the suspicion no nearer than one interval', () => {
    const liveness = createLiveness();
    expect(timeout(liveness, 20_000, blocked(18_000, 3_000)).at(-1)).toEqual({ type: 'wait', until: 25_000 });
  });

  it('L5: it puts the suspicion off too', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    expect(timeout(liveness, 25_000, blocked(24_000, 3_000))).toEqual([
      { type: 'ping', number: 2 },
      { type: 'wait', until: 29_000 },
    ]);
  });
});

describe('L5: the system slept', () => {
  it('L5: verifies now, long before idle is over, with the whole triple', () => {
    const liveness = createLiveness();
    expect(timeout(liveness, 3_000, slept(3_000))).toEqual([
      { type: 'ping', number: 1 },
      { type: 'wait', until: 8_000 },
    ]);
    expect(timeline(liveness).at(-1)).toBe('18000 dead silent');
  });

  it('L5: verifies once for each sleep', () => {
    const liveness = createLiveness();
    timeout(liveness, 3_000, slept(3_000));
    expect(timeout(liveness, 3_001, slept(3_000))).toEqual([{ type: 'wait', until: 8_000 }]);
  });

  it('L5: sends a fresh PING also if one is out since before the sleep', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    expect(timeout(liveness, 21_000, slept(21_000))).toEqual([
      { type: 'ping', number: 2 },
      { type: 'wait', until: 26_000 },
    ]);
    expect(timeline(liveness)).toContain('26000 suspect'); // one interval after the sleep, not at 25 s
  });

  it('L5: gives one interval before the verdict, also after a sleep of 1 s only', () => {
    const liveness = createSuspecting();
    expect(timeout(liveness, 34_000, slept(34_000, 1_000)).at(-1)).toEqual({ type: 'wait', until: 39_000 });
  });

  it('L5: a silence has 2 x probes PINGs at most: ten sleeps give 2 with 1 probe', () => {
    const liveness = createLiveness({ keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 1 } });
    for (let now = 20_000; now < 30_000; now += 1_000) timeout(liveness, now, slept(now));
    expect(liveness.probesSent).toBe(2);
    expect(timeout(liveness, 30_000, slept(30_000))[0]).toEqual({ type: 'confirm' });
  });

  it('L5: a byte after the sleep has verified already', () => {
    const liveness = createLiveness();
    liveness.handleEvidence(3_001);
    expect(timeout(liveness, 3_002, slept(3_000))).toEqual([{ type: 'wait', until: 23_001 }]);
  });

  it('L5: endless sleeps excuse 15,000 ms in one silence, and no more', () => {
    const liveness = createSuspecting();
    let now = 34_000;
    for (; liveness.state === 'suspect'; now += 1_000) timeout(liveness, now, slept(now));
    expect(liveness.state).toBe('judging');
    expect(now - 1_000).toBe(50_000); // 35 s + 15 s
  });
});
