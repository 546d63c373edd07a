import { describe, expect, it } from 'vitest';
import { findNearestName } from '../src/rules/nearest-name.ts';

const KNOWN = [
  'keepalive',
  'keepalive.idle',
  'keepalive.interval',
  'keepalive.probes',
  'onMessage',
  'reconnect',
  'idleLimits',
];

describe('findNearestName', () => {
  it.each([
    ['keepAlive', 'keepalive'],
    ['onmessage', 'onMessage'],
    ['idle', 'keepalive.idle'],
    ['keepalive.interal', 'keepalive.interval'],
    ['keepalive.porbes', 'keepalive.probes'],
    ['recconect', 'reconnect'],
    ['idleLimit', 'idleLimits'],
  ])('takes %s, with at most 2 slips, for %s', (name, meant) => {
    expect(findNearestName(name, KNOWN)).toBe(meant);
  });

  it.each(['retry', 'x', 'il', 'keepalive.count', 'reconn', ''])(
    'takes %j, with 3 slips or too short, for nothing',
    (name) => {
      expect(findNearestName(name, KNOWN)).toBeUndefined();
    },
  );

  it('does not look at a name of 200,000,000 letters, which is nothing that anybody meant', () => {
    const name = 'o'.repeat(200_000_000);
    // To look would take longer than any test may.
    expect(findNearestName(name, KNOWN)).toBeUndefined();
  });

  it('takes the nearest of several: 1 slip goes before 2', () => {
    expect(findNearestName('probse', ['probs.s', 'prob', 'probes'])).toBe('probes');
  });
});
