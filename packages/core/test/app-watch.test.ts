import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppWatchOutput, Work } from '../src/machines/app-watch.ts';
import { AppWatch } from '../src/machines/app-watch.ts';
import type { Stall } from '../src/words/clock.ts';
import { holds } from './support/holds.ts';

const TIMEOUT_MS = 1_000;

/** 3 messages are owed, and the peer is known to have the first. */
const OWED: Work = { owed: 3, steps: 0, hasArrived: true };
const NOT_ARRIVED: Work = { ...OWED, hasArrived: false };
const NOTHING: Work = { owed: 0, steps: 0, hasArrived: false };

/** What the machine wants, in short: `ask`, `confirm`, `stalled 3 for 1000`, `wait 250`. */
function drain(watch: AppWatch): string[] {
  const said: string[] = [];
  for (;;) {
    const output = watch.poll();
    said.push(nameOf(output));
    if (output.type === 'wait') return said;
  }
}

function nameOf(output: AppWatchOutput): string {
  if (output.type === 'stalled') return `stalled ${output.standstill.owed} for ${output.standstill.forMs}`;
  return output.type === 'wait' && output.until !== undefined ? `wait ${output.until}` : output.type;
}

/** A watch for which that much is owed from 0 on. */
function createWatch(work: Work = OWED): AppWatch {
  const watch = new AppWatch(TIMEOUT_MS);
  watch.handleWork(work, 0);
  return watch;
}

/** The same at 1,000, when it has asked. */
function createAsking(): AppWatch {
  const watch = createWatch();
  watch.handleTimeout(1_000);
  expect(drain(watch)).toEqual(['ask', 'wait']);
  return watch;
}

function stalled(ms: number, endedAt: number, kind: Stall['kind'] = 'blocked'): Stall {
  return { kind, endedAt, durationMs: ms };
}

describe('AppWatch', () => {
  it('L11: waits for nothing while 0 messages are owed', () => {
    const watch = createWatch(NOTHING);
    expect([watch.state, drain(watch)]).toEqual(['resting', ['wait']]);
  });

  it('L11: asks when 3 messages have stood still for 1,000 ms, and tells so a poll phase after the PONG', () => {
    const watch = createWatch();
    expect(drain(watch)).toEqual(['wait 1000']);
    watch.handleTimeout(999);
    expect(drain(watch)).toEqual(['wait 1000']);
    watch.handleTimeout(1_000);
    expect(drain(watch)).toEqual(['ask', 'wait']);
    watch.handlePong();
    expect(drain(watch)).toEqual(['confirm', 'wait']);
    watch.handlePolled(1_007);
    expect(drain(watch)).toEqual(['stalled 3 for 1007', 'wait']);
    expect(watch.state).toBe('stalled');
  });

  it('L11: tells nothing of a peer whose PONG does not come: that is for another verdict', () => {
    const watch = createAsking();
    watch.handleTimeout(1_000_000);
    watch.handlePolled(1_000_000);
    expect(drain(watch)).toEqual(['wait']);
  });

  it('L11: tells a standstill 1 time, and again when it has moved and stands for another 1,000 ms', () => {
    const watch = createAsking();
    watch.handlePong();
    watch.handlePolled(1_000);
    drain(watch);
    watch.handlePong();
    watch.handleTimeout(9_000);
    watch.handlePolled(9_000);
    watch.handleWork(OWED, 9_000);
    expect(drain(watch)).toEqual(['wait']);
    watch.handleWork({ ...OWED, owed: 2, steps: 1 }, 10_000);
    expect(drain(watch)).toEqual(['wait 11000']);
  });

  it('L11: a step within each 1,000 ms puts it off for ever', () => {
    const watch = createWatch();
    for (let steps = 1; steps <= 50; steps += 1) {
      const now = steps * 999;
      watch.handleTimeout(now);
      watch.handleWork({ ...OWED, steps }, now);
      expect(drain(watch)).toEqual([`wait ${now + 1_000}`]);
    }
  });

  it('L11: a message that is sent puts nothing off', () => {
    const watch = createWatch();
    watch.handleWork({ ...OWED, owed: 9 }, 999);
    expect(drain(watch)).toEqual(['wait 1000']);
  });

  it.each(['asking', 'confirming'])('L11: an answer that comes while it is %s ends the standstill', (state) => {
    const watch = createAsking();
    if (state === 'confirming') watch.handlePong();
    expect(watch.state).toBe(state);
    drain(watch);
    watch.handleWork({ ...OWED, steps: 1 }, 1_001);
    watch.handlePong();
    watch.handlePolled(1_002);
    expect(drain(watch)).toEqual(['wait 2001']);
  });

  it('L11: rests when the last answer has come, and begins anew with the next message', () => {
    const watch = createAsking();
    watch.handleWork({ ...NOTHING, steps: 3 }, 1_001);
    watch.handlePong();
    watch.handlePolled(1_002);
    expect(drain(watch)).toEqual(['wait']);
    watch.handleWork({ ...OWED, steps: 3 }, 5_000);
    expect(drain(watch)).toEqual(['wait 6000']);
  });

  it.each([0, 1, 2, 3])(
    'rests without a connection, whenever it is lost, and begins anew on the next one: %d',
    (at) => {
      const watch = createWatch();
      const steps = [() => watch.handleTimeout(1_000), () => watch.handlePong(), () => watch.handlePolled(1_000)];
      for (const step of steps.slice(0, at)) step();
      drain(watch);
      watch.handleLost();
      watch.handleTimeout(4_000);
      watch.handlePong();
      watch.handlePolled(4_000);
      expect(drain(watch)).toEqual(['wait']);
      watch.handleWork(OWED, 5_000);
      expect(drain(watch)).toEqual(['wait 6000']);
    },
  );
});

describe('AppWatch, of a peer that is not known to have the work', () => {
  it('asks after a quarter, 250 ms, and once only: ACK comes with the PONG', () => {
    const watch = createWatch(NOT_ARRIVED);
    expect(drain(watch)).toEqual(['wait 250']);
    watch.handleTimeout(250);
    expect(drain(watch)).toEqual(['ask', 'wait']);
    watch.handleTimeout(5_000);
    watch.handlePong();
    expect(drain(watch)).toEqual(['wait']);
  });

  it('waits for 1,000 ms in all if it is known by 500', () => {
    const watch = createWatch(NOT_ARRIVED);
    watch.handleTimeout(250);
    watch.handleWork(OWED, 260);
    expect(drain(watch)).toEqual(['ask', 'wait 1000']);
  });

  it('leaves its application 500 ms where the network kept the work back for 9,000', () => {
    const watch = createWatch(NOT_ARRIVED);
    watch.handleTimeout(250);
    drain(watch);
    watch.handleWork(OWED, 9_000);
    watch.handlePong();
    watch.handleTimeout(9_001);
    expect(drain(watch)).toEqual(['wait 9500']);
  });

  it('asks again for the work behind an answer', () => {
    const watch = createWatch();
    watch.handleWork({ owed: 2, steps: 1, hasArrived: false }, 600);
    expect(drain(watch)).toEqual(['wait 850']);
  });
});

describe('AppWatch, behind stalls of our own process', () => {
  it.each(['blocked', 'slept'] as const)('L5: leaves the peer 500 ms when it was %s until now', (kind) => {
    const watch = createWatch();
    watch.handleTimeout(60_000, stalled(59_500, 60_000, kind));
    expect(drain(watch)).toEqual(['wait 60500']);
    watch.handleTimeout(60_500, stalled(59_500, 60_000, kind));
    expect(drain(watch)).toEqual(['ask', 'wait']);
  });

  it('L5: counts for those 500 ms what has passed since the stall', () => {
    const watch = createWatch();
    watch.handleTimeout(1_000, stalled(400, 900));
    expect(drain(watch)).toEqual(['wait 1400']);
  });

  it.each([0, 500])(
    'L5: excuses nothing for a stall that has ended at %d, 500 ms ago or before the work was sent',
    (endedAt) => {
      const watch = createWatch();
      watch.handleTimeout(1_000, stalled(400, endedAt));
      expect(drain(watch)).toEqual(['ask', 'wait']);
    },
  );

  it('L5: stalls without end put it off by 1,000 ms at most', () => {
    const watch = createWatch();
    let now = 0;
    for (; watch.state === 'waiting'; now += 10) watch.handleTimeout(now, stalled(300, now));
    expect(now).toBe(2_010);
  });

  it('begins with a fresh account for each standstill', () => {
    const watch = createWatch();
    for (const now of [1_000, 1_500]) watch.handleTimeout(now, stalled(300, now));
    watch.handleWork({ ...OWED, steps: 1 }, 1_600);
    watch.handleTimeout(2_600, stalled(300, 2_600));
    expect(drain(watch)).toEqual(['wait 3100']);
  });
});

describe('AppWatch, whatever comes', () => {
  const instant = fc.oneof(fc.nat(5_000), fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY));
  const input = fc.oneof(
    fc.record({
      what: fc.constant('work'),
      owed: fc.nat(2),
      step: fc.boolean(),
      hasArrived: fc.boolean(),
      ms: instant,
    }),
    fc.record({ what: fc.constantFrom('timeout', 'polled', 'pong', 'lost'), ms: instant }),
  );

  it('L11: asks and confirms before each report, reports 1 time between two steps, and never before 1,000 ms', () => {
    holds(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        const watch = new AppWatch(TIMEOUT_MS);
        const said: string[] = [];
        let now = 0;
        let steps = 0;
        for (const { what, ms, ...rest } of inputs) {
          now += Number.isFinite(ms) && ms > 0 ? ms : 0;
          const at = Number.isNaN(ms) ? ms : now;
          if ('owed' in rest) {
            steps += rest.step ? 1 : 0;
            if (rest.step || rest.owed === 0) said.push('moved');
            watch.handleWork({ owed: rest.owed, steps, hasArrived: rest.hasArrived }, at);
          } else if (what === 'timeout') watch.handleTimeout(at);
          else if (what === 'polled') watch.handlePolled(at);
          else if (what === 'pong') watch.handlePong();
          else {
            watch.handleLost();
            said.push('moved');
          }
          for (const word of drain(watch)) {
            expect(word).not.toMatch(/NaN/);
            if (!word.startsWith('wait')) said.push(word);
          }
        }
        for (const [index, word] of said.entries()) {
          if (word === 'confirm') expect(said[index - 1]).toBe('ask');
          if (!word.startsWith('stalled')) continue;
          expect(said[index - 1]).toBe('confirm');
          expect(Number(word.split(' ').at(-1))).toBeGreaterThanOrEqual(TIMEOUT_MS);
          const next = said[index + 1];
          if (next !== undefined) expect(next).toBe('moved');
        }
      }),
    );
  });
});
