import { describe, expect, it } from 'vitest';
import { objectsFor } from '../src/rules/sparse-maps.ts';
import { heapOf } from './support/heap.ts';

describe('objectsFor', () => {
  it('makes objects of maps, at any depth, and leaves all else as it is', () => {
    const bytes = Uint8Array.of(1);
    const value = [new Map<string, unknown>([['a', [new Map([['10', bytes]]), null, 2n]]]), 'x'];
    const made = objectsFor(value);
    expect(made).toEqual([{ a: [{ 10: bytes }, null, 2n] }, 'x']);
    expect(objectsFor(7)).toBe(7);
  });

  it('makes plain objects, whose index has left no trace', () => {
    const made = objectsFor(new Map([['999', 1]])) as object;
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(Object.getOwnPropertyNames(made)).toEqual(['999']);
    expect(JSON.stringify(made)).toBe('{"999":1}');
  });

  it('names the key __proto__ as msgpackr does', () => {
    const made = objectsFor(new Map([['__proto__', { x: 1 }]]));
    expect(made).toEqual({ __proto_: { x: 1 } });
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });

  it.each([
    ['999', ['999']],
    ['9999', ['9999']],
    ['5 and 999', ['5', '999']],
    ['999, 2499 and 4999', ['999', '2499', '4999']],
    ['a and 1023', ['a', '1023']],
  ])('takes less than 600 bytes for the keys %s, where V8 would take 12,000 and more', (_what, keys) => {
    const map = new Map(keys.map((key) => [key, null]));
    const thousand = () => Array.from({ length: 1_000 }, () => objectsFor(map));
    expect(heapOf(thousand) / 1_000).toBeLessThan(600);
  });
});
