import { describe, expect, it } from 'vitest';
import { identityKey } from '../src/identity-key.ts';

/** As an object of a database's library gives it: by a getter of its class. */
class User {
  get id(): string {
    return 'ann';
  }
}

const symbol = Symbol('ann');

describe('identityKey', () => {
  it.each([
    { identity: 'ann', key: 'ann' },
    { identity: '', key: '' },
    { identity: 7, key: 7 },
    { identity: '7', key: '7' },
    { identity: 7n, key: 7n },
    { identity: symbol, key: symbol },
    { identity: { id: 'ann', name: 'Ann' }, key: 'ann' },
    { identity: { id: 7 }, key: 7 },
    { identity: new User(), key: 'ann' },
  ])('compares $identity by $key', ({ identity, key }) => {
    expect(identityKey(identity)).toBe(key);
  });

  it.each([
    { identity: undefined },
    { identity: null },
    { identity: true },
    { identity: Number.NaN },
    { identity: { id: Number.NaN } },
    { identity: {} },
    { identity: { name: 'Ann' } },
    { identity: { id: undefined } },
    { identity: { id: true } },
    { identity: { id: { id: 'ann' } } },
    { identity: ['ann'] },
    { identity: () => 'ann' },
  ])('holds $identity for anybody', ({ identity }) => {
    expect(identityKey(identity)).toBeUndefined();
  });
});
