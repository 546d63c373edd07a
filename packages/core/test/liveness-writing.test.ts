import { describe, expect, it } from 'vitest';
import type { Liveness } from '../src/machines/liveness.ts';
import { createLiveness, drain, polled, timeline } from './support/liveness-timeline.ts';

// Positions are bytes since the connection began. In most tests the first PING ends at 1,000, behind what is queued already.

const ONE_PROBE = { idleMs: 20_000, intervalMs: 5_000, probes: 1 };

/** At `now` the kernel has taken `written` bytes; a PING that is asked for ends at `endsAt`. */
function look(liveness: Liveness, now: number, written: number, endsAt = 1_000) {
  liveness.handleWritten(written);
  liveness.handleTimeout(now);
  return drain(liveness, endsAt);
}

/** Up to 30 s: the PING of 20 s waits at position 1,000, and 10 bytes of the queue leave in each interval. */
function createWaiting(config = {}): Liveness {
  const liveness = createLiveness(config);
  look(liveness, 20_000, 0);
  look(liveness, 25_000, 10);
  polled(liveness, 25_000);
  look(liveness, 30_000, 20);
  return liveness;
}

describe('L4: due, not written', () => {
  it('L4: a full send buffer does not postpone the verdict: dead at 35 s, and the cause is write-stalled', () => {
    const liveness = createLiveness();
    look(liveness, 20_000, 0);
    // 20 s: PING 1 is queued, nothing leaves any more.
    expect(timeline(liveness)).toEqual(['25000 confirm', '25000 suspect', '35000 confirm', '35000 dead write-stalled']);
  });

  it('L4: at most one PING waits unwritten; the next one follows at its due time when the first has left', () => {
    const liveness = createLiveness();
    look(liveness, 20_000, 0);
    expect(look(liveness, 25_000, 999)[0]).toEqual({ type: 'confirm' });
    polled(liveness, 25_000);
    expect(look(liveness, 30_000, 1_000)).toEqual([
      { type: 'ping', number: 2 },
      { type: 'wait', until: 35_000 },
    ]);
  });

  it('L4: a PING that waits since the last silence is not doubled by the next', () => {
    const liveness = createLiveness();
    look(liveness, 20_000, 0);
    liveness.handleEvidence(21_000);
    drain(liveness);
    expect(look(liveness, 41_000, 500)).toEqual([{ type: 'wait', until: 46_000 }]);
    expect(liveness.probesSent).toBe(0);
    expect(timeline(liveness).at(-1)).toBe('56000 dead write-stalled');
  });

  it('L4: PINGs that leave at once put nothing off, also while other bytes flow: dead at 35 s, silent', () => {
    const liveness = createLiveness();
    // Each PING ends 4 bytes behind the rest and is written before the next look.
    look(liveness, 20_000, 0, 4);
    look(liveness, 25_000, 4, 8);
    polled(liveness, 25_000);
    look(liveness, 30_000, 8, 12);
    expect(look(liveness, 35_000, 12)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(polled(liveness, 35_000)[0]).toEqual({ type: 'dead', verdict: 'silent' });
  });

  it('L4: a first PING that has left makes the verdict silent, although the second one waits', () => {
    const liveness = createLiveness();
    look(liveness, 20_000, 0, 4);
    look(liveness, 25_000, 4, 1_000);
    polled(liveness, 25_000);
    look(liveness, 30_000, 4);
    look(liveness, 35_000, 4);
    expect(polled(liveness, 35_000)[0]).toEqual({ type: 'dead', verdict: 'silent' });
  });
});

describe('L4: a queue that moves', () => {
  it('L4: progress puts the verdict off by one interval while the PING waits', () => {
    const liveness = createWaiting();
    expect(look(liveness, 35_000, 30)).toEqual([{ type: 'wait', until: 40_000 }]);
    expect(look(liveness, 40_000, 40)).toEqual([{ type: 'wait', until: 45_000 }]);
  });

  it('L4: progress of the queue extends at most to writeTimeout, and the cause is write-stalled', () => {
    const liveness = createWaiting({ writeTimeoutMs: 43_000 });
    expect(look(liveness, 35_000, 30)).toEqual([{ type: 'wait', until: 40_000 }]);
    expect(look(liveness, 40_000, 40)).toEqual([{ type: 'wait', until: 43_000 }]); // 43 s after the last byte
    expect(look(liveness, 43_000, 50)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(polled(liveness, 43_000)[0]).toEqual({ type: 'dead', verdict: 'write-stalled' });
  });

  it('L4: a queue that comes to rest is extended no further: dead at 40 s, write-stalled', () => {
    const liveness = createWaiting();
    look(liveness, 35_000, 30);
    expect(look(liveness, 40_000, 30)[0]).toEqual({ type: 'confirm' });
    expect(polled(liveness, 40_000)[0]).toEqual({ type: 'dead', verdict: 'write-stalled' });
  });

  it('L4: a queue that rested since 30 s is not extended for what it wrote before', () => {
    const liveness = createWaiting();
    expect(look(liveness, 35_000, 20)[0]).toEqual({ type: 'confirm' });
  });

  it('L4: a PING that left in the last interval gets one interval for its answer, and only one', () => {
    const liveness = createWaiting();
    expect(look(liveness, 35_000, 1_000)).toEqual([{ type: 'wait', until: 40_000 }]);
    expect(look(liveness, 40_000, 9_000)[0]).toEqual({ type: 'confirm' });
    expect(polled(liveness, 40_000)[0]).toEqual({ type: 'dead', verdict: 'silent' });
  });

  it('L4: no PING goes out in an extension', () => {
    const liveness = createWaiting();
    look(liveness, 35_000, 1_000);
    expect(liveness.probesSent).toBe(1);
    look(liveness, 40_000, 9_000);
    expect(liveness.probesSent).toBe(1);
  });

  it('L4: writeTimeout below the bound shortens nothing: dead at 35 s', () => {
    const liveness = createWaiting({ writeTimeoutMs: 10 });
    expect(look(liveness, 35_000, 30)[0]).toEqual({ type: 'confirm' });
    expect(polled(liveness, 35_000)[0]).toEqual({ type: 'dead', verdict: 'write-stalled' });
  });

  it('L4: writeTimeout below the bound makes no stall of our own out of a pause at the verdict', () => {
    const liveness = createWaiting({ writeTimeoutMs: 10 });
    look(liveness, 35_000, 30);
    liveness.handlePaused(35_000);
    liveness.handleResumed(35_000);
    expect(look(liveness, 35_000, 30)[0]).toEqual({ type: 'confirm' });
  });

  it('L4: the cause is write-stalled also if only the second PING waited, behind a queue that moved', () => {
    const liveness = createLiveness({ writeTimeoutMs: 38_000 });
    look(liveness, 20_000, 0, 4);
    look(liveness, 25_000, 4, 1_000);
    polled(liveness, 25_000);
    look(liveness, 30_000, 10);
    expect(look(liveness, 35_000, 20)).toEqual([{ type: 'wait', until: 38_000 }]);
    look(liveness, 38_000, 30);
    expect(polled(liveness, 38_000)[0]).toEqual({ type: 'dead', verdict: 'write-stalled' });
  });

  it('L4: an extension of the last silence says nothing about this one', () => {
    const liveness = createWaiting();
    look(liveness, 35_000, 30);
    liveness.handleEvidence(36_000);
    // 56 s: PING 2 leaves. 61 s: PING 3 waits, and the queue rests.
    look(liveness, 56_000, 1_000, 1_000);
    look(liveness, 61_000, 1_000, 2_000);
    polled(liveness, 61_000);
    look(liveness, 66_000, 1_000);
    look(liveness, 71_000, 1_000);
    expect(polled(liveness, 71_000)[0]).toEqual({ type: 'dead', verdict: 'silent' });
  });

  it('L4: an older position that is told late is no progress', () => {
    const liveness = createWaiting();
    liveness.handleWritten(10);
    expect(look(liveness, 35_000, 20)[0]).toEqual({ type: 'confirm' });
    const waiting = createLiveness();
    look(waiting, 20_000, 1_000, 1_000);
    waiting.handleWritten(999);
    expect(look(waiting, 25_000, 0)[0]).toEqual({ type: 'ping', number: 2 });
  });

  it('L4: with 1 probe the suspicion comes on time, only the verdict is put off', () => {
    const liveness = createLiveness({ keepalive: ONE_PROBE });
    look(liveness, 20_000, 0);
    expect(look(liveness, 25_000, 10)).toEqual([{ type: 'confirm' }, { type: 'wait', until: undefined }]);
    expect(polled(liveness, 25_000)).toEqual([
      { type: 'suspect', silenceMs: 25_000, probesSent: 1 },
      { type: 'wait', until: 30_000 },
    ]);
  });

  it('L4: an extension ends with the silence: after a byte the bound is 35 s again', () => {
    const liveness = createWaiting();
    look(liveness, 35_000, 30);
    liveness.handleEvidence(36_000);
    drain(liveness);
    liveness.handleWritten(1_000);
    expect(timeline(liveness).at(-1)).toBe('71000 dead silent');
  });
});
