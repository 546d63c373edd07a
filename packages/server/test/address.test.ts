import { OptionsError } from '@systole/core';
import { describe, expect, it } from 'vitest';
import { toListenOptions, toServerAddress } from '../src/address.ts';

/** The problems of a target that is given as plain JavaScript gives it. */
function problemsOf(target: unknown): string[] {
  try {
    toListenOptions(target as number);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError);
    return (error as OptionsError).problems.map(({ path, requirement }) => `${path}: ${requirement}`);
  }
  return [];
}

describe('toListenOptions', () => {
  it.each([
    { target: 0, options: { port: 0 } },
    { target: 65_535, options: { port: 65_535 } },
    { target: { port: 80, host: '::1', backlog: 1 }, options: { port: 80, host: '::1', backlog: 1 } },
    { target: { port: 80, reusePort: true }, options: { port: 80, reusePort: true } },
    { target: { path: '/run/a.sock' }, options: { path: '/run/a.sock' } },
    { target: { path: '/run/a.sock', backlog: 511 }, options: { path: '/run/a.sock', backlog: 511 } },
  ])('takes $target as it is', ({ target, options }) => {
    expect(toListenOptions(target as number)).toEqual(options);
  });

  it.each([
    { target: -1, problem: 'port: a whole number from 0 to 65535' },
    { target: 65_536, problem: 'port: a whole number from 0 to 65535' },
    { target: 80.5, problem: 'port: a whole number from 0 to 65535' },
    { target: Number.NaN, problem: 'port: a whole number from 0 to 65535' },
    { target: {}, problem: 'port: a whole number from 0 to 65535' },
    { target: { port: '80' }, problem: 'port: a whole number from 0 to 65535' },
    { target: { path: '' }, problem: 'path: the path of a socket' },
    { target: { path: 5 }, problem: 'path: the path of a socket' },
    { target: { path: '/a', port: 1 }, problem: 'port: left out beside path' },
    { target: { path: '/a', host: 'b' }, problem: 'host: left out beside path' },
    { target: { port: 1, host: 127 }, problem: 'host: a name or an address' },
    { target: { port: 1, host: '' }, problem: 'host: a name or an address' },
    { target: { port: 1, backlog: 0 }, problem: 'backlog: a whole number above 0' },
    { target: { port: 1, backlog: '1' }, problem: 'backlog: a whole number above 0' },
    { target: { port: 1, reusePort: 1 }, problem: 'reusePort: true or false' },
    { target: { path: '/a', reusePort: true }, problem: 'reusePort: left out beside path' },
    { target: { port: 1, exclusive: true }, problem: 'exclusive: left out (there is no such option)' },
    { target: undefined, problem: 'target: a port, or an object with a port or a path' },
    { target: null, problem: 'target: a port, or an object with a port or a path' },
    { target: '80', problem: 'target: a port, or an object with a port or a path' },
  ])('refuses $target', ({ target, problem }) => {
    expect(problemsOf(target)).toEqual([problem]);
  });

  it('tells all 5 problems at once', () => {
    expect(problemsOf({ port: -1, host: 4, backlog: 0.5, reusePort: 'yes', ipv6Only: true }).length).toBe(5);
  });
});

describe('toServerAddress', () => {
  it('leaves out what is no part of an address', () => {
    expect(toServerAddress({ port: 80, address: '127.0.0.1', family: 'IPv4' })).toEqual({
      port: 80,
      host: '127.0.0.1',
    });
  });

  it('calls a text the path of a Unix socket, and null nothing', () => {
    expect(toServerAddress('/run/a.sock')).toEqual({ path: '/run/a.sock' });
    expect(toServerAddress(null)).toBeUndefined();
  });
});
