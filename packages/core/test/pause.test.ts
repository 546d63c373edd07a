import { describe, expect, it } from 'vitest';
import { Pause } from '../src/machines/pause.ts';

describe('Pause', () => {
  it('L5: freezes the verdict for as long as we do not read', () => {
    const pause = new Pause(60_000);
    expect(pause.frozenUntil).toBeUndefined();
    expect(pause.begin(1_000, 0)).toBe(true);
    expect(pause.isUnderWay).toBe(true);
    expect(pause.frozenUntil).toBe(61_000);
    expect(pause.end(4_000)).toBe(3_000);
    expect(pause.isUnderWay).toBe(false);
    expect(pause.endedAt).toBe(4_000);
  });

  it('L5: freezes it for at most the timeout of 60 s in one silence, however many pauses there are', () => {
    const pause = new Pause(60_000);
    pause.begin(1_000, 0);
    expect(pause.end(51_000)).toBe(50_000);
    expect(pause.begin(52_000, 0)).toBe(true);
    expect(pause.frozenUntil).toBe(62_000);
    expect(pause.end(90_000)).toBe(10_000);
    expect(pause.endedAt).toBe(62_000);
    expect(pause.begin(91_000, 0)).toBe(false);
    expect(pause.isUnderWay).toBe(false);
  });

  it('L5: has its 60 s again in the silence behind a byte that came after the last one', () => {
    const pause = new Pause(60_000);
    pause.begin(0, 0);
    pause.end(60_000);
    expect(pause.begin(70_000, 59_999)).toBe(false);
    expect(pause.begin(70_000, 60_000)).toBe(true);
    expect(pause.frozenUntil).toBe(130_000);
  });

  it('freezes nothing with a timeout of 0, and when it is ended twice', () => {
    expect(new Pause(0).begin(1_000, 0)).toBe(false);
    const pause = new Pause(60_000);
    expect(pause.end(5_000)).toBe(0);
    expect(pause.endedAt).toBe(Number.NEGATIVE_INFINITY);
  });
});
