import { OptionsError } from '@systole/core';
import { describe, expect, it } from 'vitest';
import { certificate } from '../../../test/support/certificates.ts';
import { backoffMs } from '../src/backoff.ts';
import type { ClientOptions } from '../src/options.ts';
import { resolveClientOptions } from '../src/options.ts';

function problemsOf(options: unknown): string[] {
  try {
    resolveClientOptions(options as ClientOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError);
    return (error as OptionsError).problems.map(({ path, requirement }) => `${path}: ${requirement}`);
  }
  return [];
}

describe('resolveClientOptions', () => {
  it('fills in the defaults: localhost, 5 s for the name, and 3 s doubling to 30 s between attempts', () => {
    expect(resolveClientOptions({ port: 4711 })).toEqual({
      targets: [{ host: 'localhost', port: 4711 }],
      tls: undefined,
      dnsTimeoutMs: 5_000,
      reconnect: { baseMs: 3_000, capMs: 30_000, minUptimeMs: 5_000, maxAttempts: Number.POSITIVE_INFINITY },
    });
  });

  it('takes what is given', () => {
    const options: ClientOptions = {
      host: '10.0.0.7',
      port: 1,
      dnsTimeout: '100ms',
      credentials: { token: 'secret' },
      reconnect: { base: '1s', cap: '10s', minUptime: 0, maxAttempts: 3 },
    };
    expect(resolveClientOptions(options)).toEqual({
      targets: [{ host: '10.0.0.7', port: 1 }],
      tls: undefined,
      dnsTimeoutMs: 100,
      reconnect: { baseMs: 1_000, capMs: 10_000, minUptimeMs: 0, maxAttempts: 3 },
    });
  });

  it('takes the path of a Unix socket instead of host and port', () => {
    expect(resolveClientOptions({ path: '/run/a.sock' }).targets).toEqual([{ path: '/run/a.sock' }]);
  });

  it('takes 2 addresses, of whatever kind', () => {
    expect(resolveClientOptions({ addresses: [{ port: 1 }, { path: '/run/a.sock' }] }).targets).toEqual([
      { host: 'localhost', port: 1 },
      { path: '/run/a.sock' },
    ]);
  });

  it('refuses a certificate that is none, and a key that belongs to another, before any socket opens', () => {
    const broken = '-----BEGIN CERTIFICATE-----';
    expect(problemsOf({ port: 1, tls: { cert: broken } })[0]).toMatch(
      /^tls: something that node:tls can use \(it says: .+\)$/,
    );
    expect(problemsOf({ port: 1, tls: { ca: [broken, 'pki/ca.crt'] } })).toEqual([
      'tls.ca: PEM, or an array of such: what is in the file, and not its path',
    ]);
    const tls = { cert: certificate('client').cert, key: certificate('server').key };
    expect(problemsOf({ port: 1, tls })[0]).toMatch(/key values mismatch/);
  });

  it('takes reconnect: false', () => {
    expect(resolveClientOptions({ port: 1, reconnect: false }).reconnect).toBeUndefined();
  });

  it('lifts the default cap of 30 s to a base above it', () => {
    expect(resolveClientOptions({ port: 1, reconnect: { base: '1m' } }).reconnect).toMatchObject({
      baseMs: 60_000,
      capMs: 60_000,
    });
  });

  it('takes a cap below the default base: it is the ceiling from the first attempt on', () => {
    const { reconnect } = resolveClientOptions({ port: 1, reconnect: { cap: '1s' } });
    expect(reconnect).toMatchObject({ capMs: 1_000 });
    expect(backoffMs(reconnect ?? { baseMs: 0, capMs: 0 }, 1, () => 0.999)).toBe(999);
  });

  it.each([
    { options: {}, problem: 'port: given, or path or addresses instead' },
    { options: { host: 'a' }, problem: 'port: given, or path or addresses instead' },
    { options: { addresses: [] }, problem: 'addresses: at least one address' },
    {
      options: { addresses: 'a:1' },
      problem: 'addresses: an array of addresses, each an object of host and port, or of path',
    },
    { options: { addresses: [{ host: 'a' }] }, problem: 'addresses.0.port: given, or path instead' },
    { options: { addresses: [{ port: 1, path: '/a' }] }, problem: 'addresses.0.port: left out beside path' },
    {
      options: { addresses: [{ port: 1, hots: 'a' }] },
      problem: 'addresses.0.hots: left out (there is no such option, did you mean host?)',
    },
    { options: { addresses: [{ port: 1 }, { host: 'localhost', port: 1 }] }, problem: 'addresses.1: named once' },
    { options: { addresses: [{ path: '/a' }, { path: '/a' }] }, problem: 'addresses.1: named once' },
    {
      options: { addresses: [{ port: 1 }, 'a:1'] },
      problem: 'addresses.1: an object of host and port, or of path',
    },
    { options: { addresses: [{ port: 1 }], port: 1 }, problem: 'port: left out beside addresses' },
    {
      options: { addresses: Array.from({ length: 65 }, (_, port) => ({ port: port + 1 })) },
      problem: 'addresses: at most 64 addresses',
    },
    { options: { port: 1, tls: 'yes' }, problem: 'tls: true, false or an object of options of tls.connect' },
    { options: { port: 1, noDelay: 1 }, problem: 'noDelay: true or false' },
    { options: { port: 1, kernelKeepalive: 1 }, problem: 'kernelKeepalive: true or false' },
    { options: { path: '/a', port: 1 }, problem: 'port: left out beside path' },
    { options: { path: '/a', host: 'a' }, problem: 'host: left out beside path' },
    { options: { port: 0 }, problem: 'port: a whole number from 1 to 65535' },
    { options: { port: 1, host: '' }, problem: 'host: a text that is not empty' },
    { options: { port: 1, host: 5 }, problem: 'host: a text' },
    { options: { path: '' }, problem: 'path: a text that is not empty' },
    {
      options: { port: 1, dnsTimeout: 9 },
      problem: "dnsTimeout: a duration such as 250 or '20s', of 10 ms to 1,000 years",
    },
    {
      options: { port: 1, reconnect: true },
      problem: 'reconnect: false or an object of base, cap, minUptime and maxAttempts',
    },
    {
      options: { port: 1, reconnect: null },
      problem: 'reconnect: false or an object of base, cap, minUptime and maxAttempts',
    },
    {
      options: { port: 1, reconnect: { base: 0 } },
      problem: "reconnect.base: a duration such as 250 or '20s', of 1 ms to 1,000 years",
    },
    {
      options: { port: 1, reconnect: { maxAttempts: 0 } },
      problem: `reconnect.maxAttempts: a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
    },
    {
      options: { port: 1, reconnect: { retries: 1 } },
      problem: 'reconnect.retries: left out (there is no such option)',
    },
    {
      options: { port: 1, reconnect: { base: '2s', cap: '1s' } },
      problem: 'reconnect.cap: at least reconnect.base (2000 ms)',
    },
    {
      options: { addresses: ['a:1'] },
      problem: 'addresses.0: an object of host and port, or of path',
    },
    {
      options: { port: 1, logger: console },
      problem: 'logger: an object with the methods debug, info, warn, error, child (without child so far)',
    },
    {
      options: { port: 1, idel: 3 },
      problem: 'idel: left out (there is no such option, did you mean keepalive.idle?)',
    },
    {
      options: { port: 1, signal: {} },
      problem: 'signal: an AbortSignal',
    },
    {
      options: { port: 1, keepalive: 'LAN' },
      problem:
        "keepalive: false, one of 'default', 'lan', 'mobile', 'kernel', or an object of idle, interval and probes",
    },
  ])('refuses $options', ({ options, problem }) => {
    expect(problemsOf(options)).toEqual([problem]);
  });

  it('refuses credentials that are not plain data, or do not fit into HELLO together with the metadata', () => {
    expect(problemsOf({ port: 1, credentials: new Map() })).toHaveLength(1);
    expect(problemsOf({ port: 1, credentials: 'x'.repeat(8_000), metadata: { a: 'x'.repeat(7_000) } })).toEqual([]);
    expect(problemsOf({ port: 1, credentials: 'x'.repeat(8_000), metadata: { a: 'x'.repeat(8_000) } })).toEqual([
      'metadata and credentials: at most 15360 bytes when encoded',
    ]);
  });

  it('refuses metadata of 1,004 empty objects, which weigh more than a handshake may, and takes 1,003', () => {
    const metadataOf = (length: number) => ({ port: 1, metadata: { x: Array.from({ length }, () => ({})) } });
    expect(problemsOf(metadataOf(1_003))).toEqual([]);
    expect(problemsOf(metadataOf(1_004))).toEqual(['metadata: made of fewer values: of a weight of at most 64512']);
  });
});
