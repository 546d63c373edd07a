import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fifo } from '../src/machines/fifo.ts';
import { holds } from './support/holds.ts';

function fifoOf(...items: string[]): Fifo<string> {
  const fifo = new Fifo<string>();
  for (const item of items) fifo.push(item);
  return fifo;
}

describe('Fifo', () => {
  it('gives 3 items out in the order in which they came, and then nothing', () => {
    const fifo = fifoOf('a', 'b', 'c');
    expect([fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift()]).toEqual(['a', 'b', 'c', undefined]);
    expect(fifo.size).toBe(0);
  });

  it('counts positions from the front, behind 1 that was taken too', () => {
    const fifo = fifoOf('a', 'b', 'c', 'b');
    fifo.shift();
    expect([fifo.at(0), fifo.at(2), fifo.at(3)]).toEqual(['b', 'b', undefined]);
    expect([fifo.indexOf('b'), fifo.indexOf('b', 1), fifo.indexOf('c', 2), fifo.indexOf('a')]).toEqual([0, 2, -1, -1]);
  });

  it('takes 1 item out of the middle, and all that are left at once', () => {
    const fifo = fifoOf('a', 'b', 'c', 'd');
    fifo.shift();
    fifo.removeAt(1);
    expect([...fifo]).toEqual(['b', 'd']);
    expect(fifo.takeAll()).toEqual(['b', 'd']);
    fifo.push('e');
    expect([fifo.size, fifo.at(0)]).toEqual([1, 'e']);
  });

  it('does what an array does, in 300 random lives of up to 200 steps', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant('push' as const), count: fc.integer({ min: 1, max: 40 }) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant('shift' as const), count: fc.integer({ min: 1, max: 40 }) }),
      },
      fc.record({ type: fc.constant('remove' as const), count: fc.nat(50) }),
    );
    holds(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        let next = 0;
        for (const { type, count } of steps) {
          if (type === 'remove' && count < model.length) {
            fifo.removeAt(count);
            model.splice(count, 1);
          } else if (type === 'push') {
            for (let i = 0; i < count; i += 1) {
              fifo.push(next);
              model.push(next);
              next += 1;
            }
          } else if (type === 'shift') {
            for (let i = 0; i < count; i += 1) expect(fifo.shift()).toBe(model.shift());
          }
          expect([fifo.size, fifo.at(0), fifo.at(model.length - 1)]).toEqual([model.length, model[0], model.at(-1)]);
        }
        expect([...fifo]).toEqual(model);
      }),
      { numRuns: 300 },
    );
  });
});
