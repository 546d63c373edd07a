import { describe, expect, it } from 'vitest';
import {
  createLiveness,
  createSuspecting,
  drain,
  polled,
  slept,
  timeline,
  timeout,
} from './support/liveness-timeline.ts';

describe('L5: reading is paused', () => {
  it('L5: the verdict is frozen, and runs on where it stood', () => {
    const liveness = createSuspecting();
    liveness.handlePaused(34_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 94_000 }]);
    expect(timeout(liveness, 35_000)).toEqual([{ type: 'wait', until: 94_000 }]);
    liveness.handleResumed(50_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 51_000 }]);
    expect(timeline(liveness).at(-1)).toBe('51000 dead silent');
  });

  it('L5: suspicion and probes are frozen with it', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handlePaused(21_000);
    liveness.handleResumed(31_000);
    expect(timeline(liveness)).toEqual([
      '35000 ping 2',
      '35000 confirm',
      '35000 suspect',
      '40000 ping 3',
      '45000 confirm',
      '45000 dead silent',
    ]);
  });

  it('L5: idle over in a pause is probed when reading goes on', () => {
    const liveness = createLiveness();
    liveness.handlePaused(19_000);
    expect(timeout(liveness, 20_000)).toEqual([{ type: 'wait', until: 79_000 }]);
    liveness.handleResumed(40_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 40_000 }]);
    expect(timeline(liveness).at(-1)).toBe('55000 dead silent');
  });

  it('L5: a pause before idle is over moves no probe', () => {
    const liveness = createLiveness();
    liveness.handlePaused(1_000);
    liveness.handleResumed(19_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 20_000 }]);
  });

  it('L5: the freeze ends after pausedTimeout, although we still do not read', () => {
    const liveness = createSuspecting();
    liveness.handlePaused(34_000);
    expect(timeout(liveness, 94_000)).toEqual([{ type: 'wait', until: 95_000 }]);
    expect(timeline(liveness).at(-1)).toBe('95000 dead silent');
  });

  it('L5: all pauses of one silence together freeze for pausedTimeout', () => {
    const liveness = createSuspecting();
    // 34 s: 1 s before the verdict. 40 s of pause, 0.5 s of reading, and then the rest: 20 s.
    liveness.handlePaused(34_000);
    liveness.handleResumed(74_000);
    liveness.handlePaused(74_500);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 94_500 }]);
    liveness.handleResumed(99_000);
    liveness.handlePaused(99_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 95_000 }]);
  });

  it('L5: a byte gives the next pause the whole pausedTimeout again', () => {
    const liveness = createSuspecting();
    liveness.handlePaused(34_000);
    liveness.handleResumed(90_000);
    liveness.handleEvidence(90_000);
    drain(liveness);
    liveness.handlePaused(100_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 160_000 }]);
  });

  it('L5: a poll phase in which we do not read proves nothing about death', () => {
    const liveness = createSuspecting();
    timeout(liveness, 35_000);
    liveness.handlePaused(35_000);
    expect(polled(liveness, 35_000)).toEqual([{ type: 'wait', until: 95_000 }]);
    expect(liveness.state).toBe('suspect');
  });

  it('L5: nor about suspicion', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    timeout(liveness, 25_000);
    liveness.handlePaused(25_000);
    expect(polled(liveness, 25_000)).toEqual([{ type: 'wait', until: 85_000 }]);
    expect(liveness.belief).toBe('alive');
  });

  it('L5: nor if reading goes on before that phase is told of: it asks for another', () => {
    const liveness = createSuspecting();
    timeout(liveness, 35_000);
    liveness.handlePaused(35_000);
    liveness.handleResumed(35_000);
    expect(polled(liveness, 35_000)).toEqual([{ type: 'wait', until: 35_000 }]);
    expect(timeout(liveness, 35_000)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(polled(liveness, 35_000)[0]).toEqual({ type: 'dead', verdict: 'silent' });
  });

  it('L5: a sleep does not end the freeze; it is verified when reading goes on', () => {
    const liveness = createLiveness();
    timeout(liveness, 20_000);
    liveness.handlePaused(21_000);
    expect(timeout(liveness, 22_000, slept(22_000))).toEqual([{ type: 'wait', until: 81_000 }]);
    liveness.handleResumed(30_000);
    expect(timeout(liveness, 30_000, slept(22_000))[0]).toEqual({ type: 'ping', number: 2 });
  });

  it('L5: a second pause call does not lengthen the first; reading on that never stopped changes nothing', () => {
    const liveness = createSuspecting();
    liveness.handlePaused(34_000);
    liveness.handlePaused(60_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 94_000 }]);
    liveness.handleResumed(70_000);
    liveness.handleResumed(80_000);
    expect(drain(liveness)).toEqual([{ type: 'wait', until: 71_000 }]);
  });

  it('L5: a late timer in a pause is a stall like any other: one interval, not the lateness again', () => {
    const liveness = createSuspecting();
    liveness.handlePaused(34_000);
    // 94 s: the freeze ends. 95 s: the verdict. 100 s: we run again.
    expect(timeout(liveness, 100_000)).toEqual([
      { type: 'ping', number: 4 },
      { type: 'wait', until: 105_000 },
    ]);
  });

  it('L5: pausedTimeout 0 freezes nothing', () => {
    const liveness = createLiveness({ pausedTimeoutMs: 0 });
    liveness.handlePaused(1_000);
    expect(timeline(liveness).at(-1)).toBe('35000 dead silent');
  });
});
