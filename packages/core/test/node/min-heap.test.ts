import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MinHeap } from '../../src/node/min-heap.ts';

describe('MinHeap', () => {
  it('gives out 5 numbers in order, infinite ones included', () => {
    const heap = new MinHeap();
    for (const value of [3, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY, 2]) heap.push(value);
    expect(heap.size).toBe(5);
    expect(Array.from({ length: 6 }, () => heap.pop())).toEqual([
      Number.NEGATIVE_INFINITY,
      -1,
      2,
      3,
      Number.POSITIVE_INFINITY,
      undefined,
    ]);
  });

  it('has the smallest number on top, whatever is pushed, popped and replaced', () => {
    const action = fc.oneof(
      fc.record({ push: fc.integer({ min: -20, max: 20 }) }),
      fc.constant('pop' as const),
      fc.record({ replace: fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 10 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
        const heap = new MinHeap();
        let sorted: number[] = [];
        for (const step of actions) {
          if (step === 'pop') expect(heap.pop()).toBe(sorted.shift());
          else if ('push' in step) {
            heap.push(step.push);
            sorted.push(step.push);
          } else {
            heap.replace(step.replace);
            sorted = [...step.replace];
          }
          sorted.sort((one, other) => one - other);
          expect([heap.min, heap.size]).toEqual([sorted[0], sorted.length]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
