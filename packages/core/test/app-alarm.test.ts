import { describe, expect, it } from 'vitest';
import { AppAlarm } from '../src/session/app-alarm.ts';
import { FakeClock } from './support/fake-clock.ts';

const OWED = { owed: 2, steps: 0, hasArrived: true };

function createAlarm() {
  const log: string[] = [];
  const clock = new FakeClock(log);
  const alarm = new AppAlarm(clock, 60_000, {
    askPeer: () => log.push('ask'),
    handleStandstill: ({ owed, forMs }) => log.push(`stalled ${owed} for ${forMs}`),
  });
  return { alarm, clock, take: () => log.splice(0) };
}

describe('AppAlarm', () => {
  it('L11: asks after 60,000 ms, and tells a poll phase after the PONG', () => {
    const { alarm, clock, take } = createAlarm();
    alarm.handleWork(OWED);
    clock.advanceTo(60_000);
    expect(take()).toEqual(['arm 60000', 'ask']);
    clock.moveTo(60_020);
    alarm.handlePong();
    expect(take()).toEqual([]);
    clock.poll();
    expect(take()).toEqual(['stalled 2 for 60020']);
    expect(clock.alarmsSet).toBe(0);
  });

  it('L11: tells nothing when the answer is right behind the PONG', () => {
    const { alarm, clock, take } = createAlarm();
    alarm.handleWork(OWED);
    clock.advanceTo(60_000);
    alarm.handlePong();
    alarm.handleWork({ owed: 0, steps: 1, hasArrived: false });
    clock.poll();
    expect(take()).toEqual(['arm 60000', 'ask']);
  });

  it('sets its alarm once for 1,000 steps, and again only when it rings', () => {
    const { alarm, clock, take } = createAlarm();
    for (let steps = 0; steps < 1_000; steps += 1) {
      clock.moveTo(steps);
      alarm.handleWork({ ...OWED, steps });
    }
    expect(take()).toEqual(['arm 60000']);
    clock.advanceTo(60_000);
    expect(take()).toEqual(['arm 60999']);
  });

  it('lets its alarm ring in vain when nothing is owed any more, and sets it no more', () => {
    const { alarm, clock, take } = createAlarm();
    alarm.handleWork(OWED);
    alarm.handleWork({ ...OWED, owed: 0 });
    clock.advanceTo(200_000);
    expect(take()).toEqual(['arm 60000']);
    expect(clock.alarmsSet).toBe(0);
  });

  it('L5: leaves the peer 30,000 ms behind a stall of ours', () => {
    const { alarm, clock, take } = createAlarm();
    alarm.handleWork(OWED);
    take();
    clock.moveTo(300_000);
    clock.lastStall = { kind: 'blocked', endedAt: 300_000, durationMs: 290_000 };
    clock.ringDue();
    expect(take()).toEqual(['arm 330000']);
    clock.advanceTo(330_000);
    expect(take()).toEqual(['ask']);
  });

  it('sets its alarm again when a sleep of the system has made it ring early', () => {
    const { alarm, clock, take } = createAlarm();
    alarm.handleWork(OWED);
    clock.moveTo(10);
    clock.ringAll();
    expect(take()).toEqual(['arm 60000', 'arm 60000']);
  });

  it('has no alarm while there is no connection', () => {
    const { alarm, clock, take } = createAlarm();
    alarm.handleWork(OWED);
    alarm.handleLost();
    expect(clock.alarmsSet).toBe(0);
    clock.moveTo(500_000);
    take();
    alarm.handleWork(OWED);
    expect(take()).toEqual(['arm 560000']);
  });
});
