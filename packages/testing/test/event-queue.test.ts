import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue, type Queued } from '../src/event-queue.ts';

describe('EventQueue', () => {
  it('gives out 4 events by time, and those of the same instant by order', () => {
    const queue = new EventQueue<Queued>();
    const events = [
      { at: 20, order: 1, position: -1 },
      { at: 10, order: 3, position: -1 },
      { at: 10, order: 2, position: -1 },
      { at: 5, order: 4, position: -1 },
    ];
    for (const event of events) queue.put(event);
    expect(queue.takeDue(10).map(({ order }) => order)).toEqual([4, 2, 3]);
    expect(queue.size).toBe(1);
    expect(queue.takeDue(Number.POSITIVE_INFINITY).map(({ order }) => order)).toEqual([1]);
    expect(queue.first).toBeUndefined();
  });

  it('is a sorted list, however 20 events are put, moved and removed', () => {
    const action = fc.tuple(fc.nat(19), fc.option(fc.integer({ min: 0, max: 30 })));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const queue = new EventQueue<Queued>();
        const events = Array.from({ length: 20 }, (_, order) => ({ at: 0, order, position: -1 }));
        const expected = new Set<Queued>();
        for (const [index, at] of actions) {
          const event = events[index]!;
          if (at === null) {
            queue.remove(event);
            expected.delete(event);
          } else {
            event.at = at;
            queue.put(event);
            expected.add(event);
          }
          expect(new Set(queue.values())).toEqual(expected);
        }
        const sorted = [...expected].sort((one, other) => one.at - other.at || one.order - other.order);
        expect(queue.takeDue(30)).toEqual(sorted);
        expect(events.every(({ position }) => position === -1)).toBe(true);
      }),
    );
  });
});
