import { OptionsError } from '@systole/core';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { ServerOptions } from '../src/options.ts';
import { resolveCloseOptions, resolveServerOptions } from '../src/options.ts';

/** Each option of a server with a value that is good. */
const EVERY: Required<ServerOptions> = {
  keepalive: { idle: '20s', interval: 5_000, probes: 3 },
  idleLimits: ['350s'],
  strict: true,
  minPingInterval: '1s',
  writeTimeout: '1m',
  pausedTimeout: 0,
  handshakeTimeout: 10,
  closeTimeout: 0,
  maxMessageBytes: 2_048,
  maxQueuedMessages: 1,
  maxQueuedBytes: 1,
  maxWaiters: 0,
  maxUnhandledBytes: 1_048_704,
  resumeWindow: 0,
  health: () => 'ok',
  appStallTimeout: 100,
  judgeAppStall: true,
  metadata: { name: 'gateway' },
  clock: {
    now: () => 0,
    alarm: () => ({ set() {}, clear() {} }),
    afterPoll() {},
    lastStall: undefined,
    onStall: () => () => {},
  },
  codec: { name: 'json', encode: () => new Uint8Array(0), decode: () => undefined },
  logger: pino({ level: 'silent' }),
  random: () => 0,
  onMessage: () => undefined,
  noDelay: false,
  kernelKeepalive: false,
  tls: { pskCallback: () => null },
  authenticate: () => undefined,
  oneSessionPerIdentity: false,
  maxConnectsPerIdentity: 1,
  maxConnections: 1,
  maxConnectionsPerAddress: 1,
  maxHandshakes: 1,
  maxHandshakesPerAddress: 1,
  proxyProtocol: { trust: ['10.0.0.0/8', '::1', 'unix'] },
  maxConnectionAge: '1h',
  maxParkedSessions: 1,
  maxParkedBytes: 1,
  maxParkedPerIdentity: 1,
};

function pathsOf(options: unknown): string[] {
  try {
    resolveServerOptions(options as ServerOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError);
    return (error as OptionsError).problems.map(({ path }) => path);
  }
  return [];
}

describe('resolveServerOptions', () => {
  it(`takes all ${Object.keys(EVERY).length} options, and none`, () => {
    expect(pathsOf(EVERY)).toEqual([]);
    expect(pathsOf({})).toEqual([]);
  });

  it.each(Object.keys(EVERY))('refuses a symbol where %s is due, and takes undefined for the default', (name) => {
    expect(pathsOf({ ...EVERY, [name]: Symbol('wrong') })).toEqual([name]);
    expect(pathsOf({ ...EVERY, [name]: undefined })).toEqual([]);
  });

  it.each(['host', 'port', 'path', 'reconnect', 'credentials', 'signal', 'dnsTimeout'])(
    'refuses %s, which is an option of clients',
    (name) => {
      expect(pathsOf({ [name]: undefined })).toEqual([name]);
    },
  );

  it('says of port that it belongs to listen()', () => {
    expect(() => resolveServerOptions({ port: 4000 } as object)).toThrow(
      'port must be given to listen(), not to createServer(), got 4000',
    );
  });

  it('refuses metadata that does not fit into WELCOME', () => {
    expect(pathsOf({ metadata: { blob: 'x'.repeat(15_000) } })).toEqual([]);
    expect(pathsOf({ metadata: { blob: 'x'.repeat(16_000) } })).toEqual(['metadata']);
  });

  it('fills in 65,536 connections, 1,024 handshakes, half of both for one address, and no age', () => {
    expect(resolveServerOptions({})).toMatchObject({
      limits: {
        maxConnections: 65_536,
        maxConnectionsPerAddress: 32_768,
        maxHandshakes: 1_024,
        maxHandshakesPerAddress: 512,
      },
      maxConnectionAgeMs: undefined,
      socket: { noDelay: true, kernelKeepalive: true },
    });
  });

  it.each([
    { options: { maxConnections: 1, maxHandshakes: 1 }, connections: 1, handshakes: 1 },
    { options: { maxConnections: 2, maxHandshakes: 2 }, connections: 1, handshakes: 1 },
    { options: { maxConnections: 7, maxHandshakes: 9 }, connections: 4, handshakes: 5 },
    { options: { maxConnectionsPerAddress: 3, maxHandshakesPerAddress: 2 }, connections: 3, handshakes: 2 },
    { options: { maxConnections: 5, maxConnectionsPerAddress: 9 }, connections: 9, handshakes: 512 },
  ])(
    'gives one address $connections connections and $handshakes handshakes of $options',
    ({ options, ...expected }) => {
      const { limits } = resolveServerOptions(options);
      expect({ connections: limits.maxConnectionsPerAddress, handshakes: limits.maxHandshakesPerAddress }).toEqual(
        expected,
      );
    },
  );

  it('allows an identity several sessions, and 600 connections a minute', () => {
    expect(resolveServerOptions({}).identity).toEqual({ oneSessionPerIdentity: false, maxConnectsPerIdentity: 600 });
  });

  it('refuses oneSessionPerIdentity where nobody has an identity, as there is no authenticate', () => {
    expect(pathsOf({ oneSessionPerIdentity: true })).toEqual(['authenticate']);
    expect(pathsOf({ oneSessionPerIdentity: true, authenticate: () => 'ann' })).toEqual([]);
    expect(pathsOf({ oneSessionPerIdentity: false })).toEqual([]);
  });

  it('parks 10,000 sessions, 64 MiB, and 16 of one identity', () => {
    expect(resolveServerOptions({}).parking).toEqual({
      maxParkedSessions: 10_000,
      maxParkedBytes: 64 * 1_024 * 1_024,
      maxParkedPerIdentity: 16,
    });
  });

  it('parks what is given: 3 sessions, 2 KiB, and 1 of one identity', () => {
    const parking = { maxParkedSessions: 3, maxParkedBytes: 2_048, maxParkedPerIdentity: 1 };
    expect(resolveServerOptions(parking).parking).toEqual(parking);
  });

  it.each([
    { options: { maxConnections: 0 }, path: 'maxConnections' },
    { options: { maxConnectionsPerAddress: 0 }, path: 'maxConnectionsPerAddress' },
    { options: { maxHandshakes: 1.5 }, path: 'maxHandshakes' },
    { options: { maxHandshakesPerAddress: 2 ** 31 + 1 }, path: 'maxHandshakesPerAddress' },
    { options: { proxyProtocol: true }, path: 'proxyProtocol' },
    { options: { proxyProtocol: {} }, path: 'proxyProtocol.trust' },
    { options: { proxyProtocol: { trust: [] } }, path: 'proxyProtocol.trust' },
    { options: { proxyProtocol: { trust: '::1' } }, path: 'proxyProtocol.trust' },
    { options: { proxyProtocol: { trust: ['::1', 'lb.example'] } }, path: 'proxyProtocol.trust.1' },
    { options: { proxyProtocol: { trust: ['::1'], versions: [2] } }, path: 'proxyProtocol.versions' },
    { options: { maxConnectionAge: 999 }, path: 'maxConnectionAge' },
    { options: { maxParkedSessions: 0 }, path: 'maxParkedSessions' },
    { options: { maxParkedBytes: 2 ** 53 }, path: 'maxParkedBytes' },
    { options: { maxParkedPerIdentity: 0.5 }, path: 'maxParkedPerIdentity' },
    { options: { maxConnectsPerIdentity: 0 }, path: 'maxConnectsPerIdentity' },
    { options: { oneSessionPerIdentity: 1 }, path: 'oneSessionPerIdentity' },
    { options: { tls: {} }, path: 'tls' },
  ])('refuses $options', ({ options, path }) => {
    expect(pathsOf(options)).toEqual([path]);
  });

  it('refuses what is no object', () => {
    expect(pathsOf(null)).toEqual(['options']);
    expect(pathsOf('fast')).toEqual(['options']);
  });
});

describe('resolveCloseOptions', () => {
  it.each([
    { sessions: 0, spreadMs: 0 },
    { sessions: 200, spreadMs: 1_000 },
    { sessions: 12_000, spreadMs: 60_000 },
    { sessions: 1_000_000, spreadMs: 60_000 },
  ])('spreads $sessions sessions over $spreadMs ms, and lets them drain for closeTimeout', ({ sessions, spreadMs }) => {
    expect(resolveCloseOptions({}, sessions, 5_000)).toEqual({ drainMs: 5_000, retryAfterMs: 0, spreadMs });
  });

  it('takes what is given, 0 included', () => {
    const options = { drain: 0, retryAfter: '1m', spread: 0 } as const;
    expect(resolveCloseOptions(options, 200, 5_000)).toEqual({ drainMs: 0, retryAfterMs: 60_000, spreadMs: 0 });
  });
});
