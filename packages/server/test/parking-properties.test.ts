// The parking beside a plain list that does the same in the simplest way.

import { ManualClock } from '@systole/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IdentityKey } from '../src/identity-key.ts';
import type { ParkingLimits } from '../src/options.ts';
import type { Stay } from '../src/parking.ts';
import { Parking } from '../src/parking.ts';

const LIMITS: ParkingLimits = { maxParkedSessions: 6, maxParkedBytes: 1_000, maxParkedPerIdentity: 3 };

interface Kept {
  readonly session: number;
  readonly identity: IdentityKey | undefined;
  readonly deadline: number;
  bytes: number;
}

/** The longest parked first. */
class Model {
  readonly kept: Kept[] = [];
  /** Such as `7 bytes`. */
  readonly evicted: string[] = [];

  get bytes(): number {
    return this.kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  park(session: number, stay: Stay): void {
    this.leave(session);
    const one = { session, ...stay };
    this.kept.push(one);
    this.#evictExcess(one);
  }

  update(session: number, bytes: number): void {
    const one = this.#find(session);
    if (one === undefined) return;
    one.bytes = bytes;
    this.#evictExcess(one);
  }

  /** What is known of the one who leaves. */
  leave(session: number): Kept | undefined {
    const one = this.#find(session);
    if (one !== undefined) this.kept.splice(this.kept.indexOf(one), 1);
    return one;
  }

  #find(session: number): Kept | undefined {
    return this.kept.find((one) => one.session === session);
  }

  #evictExcess(changed: Kept): void {
    if (changed.bytes > LIMITS.maxParkedBytes) this.#evict(changed, 'bytes');
    const alike = this.kept.filter(({ identity }) => identity !== undefined && identity === changed.identity);
    if (alike.length > LIMITS.maxParkedPerIdentity) this.#evict(alike[0], 'identity');
    if (this.kept.length > LIMITS.maxParkedSessions) this.#evict(this.kept[0], 'sessions');
    while (this.bytes > LIMITS.maxParkedBytes) this.#evict(this.kept[0], 'bytes');
  }

  #evict(one: Kept | undefined, bound: string): void {
    if (one !== undefined && this.leave(one.session) === one) this.evicted.push(`${one.session} ${bound}`);
  }
}

/** One step of a test: done to both, which stand at the same time. */
type Step = (both: { readonly clock: ManualClock; readonly parking: Parking<number>; readonly model: Model }) => void;

const session = fc.nat(19);
const identity = fc.option(fc.nat(2), { nil: undefined });
const bytes = fc.oneof({ weight: 9, arbitrary: fc.nat(400) }, { weight: 1, arbitrary: fc.nat(1_200) });

const parked: fc.Arbitrary<Step> = fc
  .tuple(session, identity, bytes, fc.nat(5_000))
  .map(([who, key, size, windowMs]) => {
    return ({ clock, parking, model }) => {
      const stay: Stay = { identity: key, bytes: size, deadline: clock.now() + windowMs };
      parking.park(who, stay);
      model.park(who, stay);
    };
  });

const updated: fc.Arbitrary<Step> = fc.tuple(session, bytes).map(([who, size]) => {
  return ({ parking, model }) => {
    parking.update(who, size);
    model.update(who, size);
  };
});

const left: fc.Arbitrary<Step> = session.map((who) => {
  return ({ parking, model }) => expect(parking.leave(who)).toBe(model.leave(who) !== undefined);
});

const passed: fc.Arbitrary<Step> = fc.nat(2_000).map((ms) => {
  return ({ clock }) => clock.advance(ms);
});

const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof({ weight: 3, arbitrary: parked }, updated, left, passed), {
  maxLength: 80,
  size: 'max',
});

it('Parking evicts as the rules say, and lets none expire before its deadline, nor 1,000 ms after it', () => {
  const property = fc.property(steps, (all) => {
    const clock = new ManualClock();
    const model = new Model();
    const evicted: string[] = [];
    const parking = new Parking<number>(clock, LIMITS, {
      evict: (who, bound) => evicted.push(`${who} ${bound}`),
      expire: (who) => expect(model.leave(who)?.deadline).toBeLessThanOrEqual(clock.now()),
    });
    for (const step of all) {
      step({ clock, parking, model });
      expect(evicted).toEqual(model.evicted);
      expect([parking.size, parking.bytes]).toEqual([model.kept.length, model.bytes]);
      for (const { deadline } of model.kept) expect(deadline).toBeGreaterThan(clock.now() - 1_000);
      expect(clock.alarmsSet).toBe(parking.size > 0 ? 1 : 0);
    }
  });
  void fc.assert(property, { numRuns: 300 });
});
