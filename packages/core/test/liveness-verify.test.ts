import { describe, expect, it } from 'vitest';
import { createLiveness, createSuspecting, drain, timeline, timeout } from './support/liveness-timeline.ts';

describe('L2: evidence of which nothing can be read yet', () => {
  it('L2: begins the silence anew with a PING at once, so that the verdict is 15 s away', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handleUndatedEvidence(25_000);
    expect(timeout(liveness, 25_000)).toEqual([
      { type: 'ping', number: 2 },
      { type: 'wait', until: 30_000 },
    ]);
    // 30: probe 3, suspect; 35: probe 4; 40: dead
    expect(timeline(liveness).at(-1)).toBe('40000 dead silent');
  });

  it('L2: in each interval, it keeps a peer from being suspected for 100 s', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    for (let now = 25_000; now <= 120_000; now += 5_000) {
      liveness.handleUndatedEvidence(now);
      expect(timeout(liveness, now).map(({ type }) => type)).toEqual(['ping', 'wait']);
    }
    expect(liveness.belief).toBe('alive');
  });

  it('L2: found in the poll phase before the verdict, it prevents it and is told as alive', () => {
    const liveness = createSuspecting();
    timeout(liveness, 35_000);
    liveness.handleUndatedEvidence(35_000);
    liveness.handlePolled(35_000);
    expect(drain(liveness)).toEqual([
      { type: 'alive', silenceMs: 35_000 },
      { type: 'wait', until: 35_000 },
    ]);
  });

  it('L2: changes nothing while quiet: idle counts from the last byte whose time is known', () => {
    const liveness = createLiveness();
    liveness.handleUndatedEvidence(10_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 20_000 }]);
    expect(liveness.evidenceAt).toBe(0);
  });

  it('L2: the next ordinary byte brings the whole idle of 20 s back', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handleUndatedEvidence(25_000);
    timeout(liveness, 25_000);
    liveness.handleEvidence(26_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 46_000 }]);
  });
});

describe('verify', () => {
  it('pings now, and finds a dead peer 15 s later instead of 35 s', () => {
    const liveness = createLiveness();
    liveness.handleVerify(1_000);
    expect(drain(liveness)).toEqual([
      { type: 'ping', number: 1 },
      { type: 'wait', until: 6_000 },
    ]);
    expect(timeline(liveness)).toEqual([
      '6000 ping 2',
      '6000 confirm',
      '6000 suspect',
      '11000 ping 3',
      '16000 confirm',
      '16000 dead silent',
    ]);
  });

  it('says the round trip of 30 ms at the first PONG of the newest PING, and nothing at the second', () => {
    const liveness = createLiveness();
    liveness.handleVerify(1_000);
    drain(liveness);
    expect(liveness.handlePong(1, 1_030)).toBe(30);
    expect(liveness.handlePong(1, 1_040)).toBeUndefined();
  });

  it('asks for no second PING while 1 of this silence is out', () => {
    const liveness = createLiveness();
    liveness.handleVerify(1_000);
    drain(liveness);
    liveness.handleVerify(1_001);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 6_000 }]);
  });

  it('asks for no second PING while the 1st is not written', () => {
    const liveness = createLiveness({ keepalive: undefined });
    liveness.handleVerify(1_000);
    drain(liveness, 500);
    liveness.handleVerify(2_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: undefined }]);
  });

  it('asks a peer that is not watched, and judges nobody', () => {
    const liveness = createLiveness({ keepalive: undefined });
    liveness.handleVerify(1_000);
    expect(drain(liveness)).toEqual([
      { type: 'ping', number: 1 },
      { type: 'wait', until: undefined },
    ]);
    expect(liveness.handlePong(1, 1_007)).toBe(7);
  });

  it('asks a peer that is not watched no 2nd time before it has answered the 1st PING, 8.5 s later', () => {
    const liveness = createLiveness({ keepalive: undefined });
    liveness.handleVerify(1_000);
    drain(liveness);
    for (const now of [2_000, 3_000, 9_000]) {
      liveness.handleWritten(Number.MAX_SAFE_INTEGER);
      liveness.handleVerify(now);
      expect(drain(liveness)).toEqual([{ type: 'wait', until: undefined }]);
    }
    expect(liveness.handlePong(1, 9_500)).toBe(8_500);
    liveness.handleVerify(10_000);
    expect(drain(liveness)[0]).toEqual({ type: 'ping', number: 2 });
  });

  it('L4: asks for no 2nd PING while reading is paused and the 1st is not written', () => {
    const liveness = createLiveness();
    liveness.handlePaused(500);
    liveness.handleVerify(1_000);
    drain(liveness, 500);
    liveness.handleVerify(2_000);
    expect(drain(liveness).map(({ type }) => type)).toEqual(['wait']);
    liveness.handleWritten(500);
    liveness.handleVerify(3_000);
    expect(drain(liveness)[0]).toEqual({ type: 'ping', number: 2 });
  });

  it('asks while reading is paused, and begins no silence: the answer may be in already', () => {
    const liveness = createLiveness();
    liveness.handlePaused(500);
    liveness.handleVerify(1_000);
    expect(drain(liveness)[0]).toEqual({ type: 'ping', number: 1 });
    expect(liveness.state).toBe('quiet');
  });
});
