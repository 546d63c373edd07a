import { describe, expect, it } from 'vitest';
import { Verification } from '../src/session/verification.ts';
import { SystoleError } from '../src/words/errors.ts';
import { FakeClock } from './support/fake-clock.ts';

function create({ isWatched = true, pingSpacingMs = 1_000 } = {}) {
  const clock = new FakeClock();
  const asked: number[] = [];
  const verification = new Verification(clock, { isWatched, pingSpacingMs }, () => asked.push(clock.now()));
  return { clock, asked, verification };
}

describe('Verification', () => {
  it('asks at once and resolves 3 callers with the round trip of 1 PONG', async () => {
    const { asked, verification } = create();
    const waiting = [verification.verify(), verification.verify(), verification.verify()];
    expect(asked).toEqual([0]);
    verification.handlePong(12);
    expect(await Promise.all(waiting)).toEqual([12, 12, 12]);
  });

  it('never asks more often than the peer accepts: 10 calls in a row ask at 0, 1,000, ... 9,000', async () => {
    const { clock, asked, verification } = create();
    for (let call = 0; call < 10; call += 1) {
      const waiting = verification.verify();
      clock.advanceTo(clock.now() + 1_000 - (call === 0 ? 1_000 : 0));
      verification.handlePong(1);
      await waiting;
    }
    expect(asked).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000]);
  });

  it('asks for somebody who does not wait for the answer, 1 time in each spacing', () => {
    const { clock, asked, verification } = create();
    for (let call = 0; call < 3; call += 1) verification.ask();
    clock.advanceTo(5_000);
    verification.ask();
    expect(asked).toEqual([0, 1_000, 5_000]);
  });

  it('asks nobody when the 1 caller has given up before the spacing is over', async () => {
    const { clock, asked, verification } = create();
    const first = verification.verify();
    verification.handlePong(1);
    await first;
    const second = verification.verify({ timeout: 500 });
    clock.advanceTo(2_000);
    await expect(second).rejects.toMatchObject({ code: 'ERR_TIMEOUT', message: 'no PONG within 500 ms' });
    expect(asked).toEqual([0]);
    expect(clock.alarmsSet).toBe(0);
  });

  it('waits for 15 s where no verdict would end the wait, and for ever where one will', async () => {
    const unwatched = create({ isWatched: false });
    const waiting = unwatched.verification.verify();
    unwatched.clock.advanceTo(15_000);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_TIMEOUT', message: 'no PONG within 15000 ms' });

    const watched = create();
    const patient = watched.verification.verify();
    expect(watched.clock.alarmsSet).toBe(0);
    watched.clock.advanceTo(100_000_000);
    watched.verification.handlePong(3);
    expect(await patient).toBe(3);
  });

  it('is given up by its signal, before and while it waits, and leaves no listener', async () => {
    const { asked, verification } = create();
    const reason = new Error('enough');
    await expect(verification.verify({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
      cause: reason,
    });
    expect(asked).toEqual([]);
    const controller = new AbortController();
    const waiting = verification.verify({ signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason });
  });

  it('rejects all 2 who wait when the connection is lost', async () => {
    const { clock, verification } = create();
    const waiting = [verification.verify(), verification.verify({ timeout: '1m' })];
    const lost = new SystoleError('ERR_UNVERIFIED', 'lost');
    verification.handleLost(lost);
    expect((await Promise.allSettled(waiting)).map((one) => one.status === 'rejected' && one.reason)).toEqual([
      lost,
      lost,
    ]);
    expect(clock.alarmsSet).toBe(0);
  });

  it('refuses options that do not exist', async () => {
    const { verification } = create();
    await expect(verification.verify({ patience: 3 } as object)).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });
});
