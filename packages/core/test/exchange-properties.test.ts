import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InboxCapacity } from '../src/machines/inbox.ts';
import type { Step } from './support/exchange-pair.ts';
import { ExchangePair } from './support/exchange-pair.ts';
import { holds } from './support/holds.ts';

const ends = fc.constantFrom(0 as const, 1 as const);

/** Two ends that send, handle, and lose their connection now and then. */
function lives(maxMessageBytes: number): fc.Arbitrary<Step[]> {
  const sends = fc.record({
    type: fc.constant('send' as const),
    end: ends,
    bytes: fc.integer({ min: 1, max: maxMessageBytes }),
  });
  const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 4, arbitrary: sends },
    { weight: 6, arbitrary: fc.record({ type: fc.constant('turn'), end: ends, takesPayload: fc.boolean() }) },
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant('deliver'), end: ends, count: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('handle'), end: ends }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('lose') }) },
  );
  return fc.array(step, { minLength: 20, maxLength: 150 });
}

describe('Exchange: a pair of them', () => {
  it.each<[string, InboxCapacity]>([
    ['1,128 bytes, which is 1 message', { maxMessageBytes: 1_000, maxUnhandledBytes: 1_128 }],
    ['150,128 bytes, which is 1 message of 3 parts', { maxMessageBytes: 150_000, maxUnhandledBytes: 150_128 }],
    ['1 MiB', { maxMessageBytes: 150_000, maxUnhandledBytes: 1_048_576 }],
  ])('D2: handles each message once, in order, and settles it, without any PING, with inboxes of %s', (_, capacity) => {
    holds(
      fc.property(lives(capacity.maxMessageBytes), (steps) => {
        const pair = new ExchangePair(capacity);
        for (const step of steps) pair.take(step);
        pair.finish();
        for (const { sent, outcomes, peerHandled } of pair.journals) {
          const numbers = Array.from({ length: sent }, (_, index) => index);
          expect(peerHandled).toEqual(numbers);
          expect(outcomes).toEqual(numbers);
        }
      }),
      { numRuns: 150 },
    );
  });
});
