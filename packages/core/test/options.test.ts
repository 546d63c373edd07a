import { describe, expect, it } from 'vitest';
import {
  booleanSchema,
  checkOptions,
  resolveSessionOptions,
  type SessionOptions,
  sessionEntries,
} from '../src/rules/options.ts';
import { OptionsError } from '../src/words/errors.ts';

/** The problems with options that the types would not let through. */
function problemsOf(options: unknown) {
  try {
    resolveSessionOptions(options as SessionOptions);
  } catch (error) {
    if (error instanceof OptionsError) return error.problems;
    throw error;
  }
  return [];
}

describe('resolveSessionOptions', () => {
  it('fills in every default', () => {
    expect(resolveSessionOptions({})).toEqual({
      keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
      strict: false,
      minPingIntervalMs: 1_000,
      writeTimeoutMs: 60_000,
      pausedTimeoutMs: 60_000,
      handshakeTimeoutMs: 10_000,
      closeTimeoutMs: 5_000,
      maxFrameBytes: 1_048_576,
      maxQueuedMessages: 1_024,
      maxQueuedBytes: 16_777_216,
      maxUnhandledMessages: 1_024,
      metadata: {},
    });
  });

  it('takes every option', () => {
    const options: Required<SessionOptions> = {
      keepalive: { idle: '1m', interval: '2s', probes: 5 },
      strict: true,
      minPingInterval: '500ms',
      writeTimeout: '90s',
      pausedTimeout: 0,
      handshakeTimeout: '3s',
      closeTimeout: '1s',
      maxFrameBytes: 65_536,
      maxQueuedMessages: 7,
      maxQueuedBytes: 8,
      maxUnhandledMessages: 9,
      metadata: { name: 'sensor 7' },
    };
    expect(resolveSessionOptions(options)).toEqual({
      keepalive: { idleMs: 60_000, intervalMs: 2_000, probes: 5 },
      strict: true,
      minPingIntervalMs: 500,
      writeTimeoutMs: 90_000,
      pausedTimeoutMs: 0,
      handshakeTimeoutMs: 3_000,
      closeTimeoutMs: 1_000,
      maxFrameBytes: 65_536,
      maxQueuedMessages: 7,
      maxQueuedBytes: 8,
      maxUnhandledMessages: 9,
      metadata: { name: 'sensor 7' },
    });
  });

  it('L1: watches nobody for keepalive false', () => {
    expect(resolveSessionOptions({ keepalive: false }).keepalive).toBeUndefined();
  });
});

describe('checkOptions', () => {
  it('lists every problem at once, each with its path, what it must be and what it is', () => {
    expect(
      problemsOf({ keepalive: { idle: '5 minutes', interval: 99, probes: 0 }, strict: 'yes', maxFrameBytes: 1.5 }),
    ).toEqual([
      {
        path: 'keepalive.idle',
        requirement: "a duration such as 250 or '20s', of 100 ms to 1,000 years",
        value: '5 minutes',
      },
      {
        path: 'keepalive.interval',
        requirement: "a duration such as 250 or '20s', of 100 ms to 1,000 years",
        value: 99,
      },
      { path: 'keepalive.probes', requirement: 'a whole number from 1 to 1000', value: 0 },
      { path: 'strict', requirement: 'true or false', value: 'yes' },
      { path: 'maxFrameBytes', requirement: 'a whole number from 2048 to 1073741824', value: 1.5 },
    ]);
  });

  it('says it in one sentence for each problem', () => {
    expect(() => resolveSessionOptions({ keepalive: { probes: 0 }, closeTimeout: -1 })).toThrow(
      "keepalive.probes must be a whole number from 1 to 1000, got 0; closeTimeout must be a duration such as 250 or '20s', of 0 ms to 1,000 years, got -1",
    );
  });

  it('is ERR_OPTIONS, and the fault of the caller', () => {
    expect(() => resolveSessionOptions({ closeTimeout: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', fault: 'caller', name: 'OptionsError' }),
    );
  });

  it('knows no option that does not exist, at any depth', () => {
    expect(problemsOf({ keepAlive: true, keepalive: { count: 3 } })).toEqual([
      { path: 'keepalive.count', requirement: 'left out (there is no such option)', value: 3 },
      { path: 'keepAlive', requirement: 'left out (there is no such option)', value: true },
    ]);
  });

  it('asks for an option that has no default', () => {
    const check = (): void => checkOptions({ target: booleanSchema }, {});
    expect(check).toThrow(/^target must be given, got undefined$/);
  });

  it.each([['lann'], [true], [20_000], [null], ['constructor'], [[]]])('takes no %j for keepalive', (keepalive) => {
    expect(problemsOf({ keepalive })).toEqual([
      {
        path: 'keepalive',
        requirement: "false, one of 'default', 'lan', 'mobile', 'kernel', or an object of idle, interval and probes",
        value: keepalive,
      },
    ]);
  });

  it.each([[undefined], [null], [5], ['lan'], [[]]])('takes no %j for the options as a whole', (options) => {
    expect(problemsOf(options)).toEqual([{ path: 'options', requirement: 'an object', value: options }]);
  });

  it.each([
    ['keepalive.idle', { keepalive: { idle: 100 } }, { keepalive: { idle: 99 } }],
    ['keepalive.interval', { keepalive: { interval: 100 } }, { keepalive: { interval: 99 } }],
    ['keepalive.probes', { keepalive: { probes: 1_000 } }, { keepalive: { probes: 1_001 } }],
    ['minPingInterval', { minPingInterval: 10 }, { minPingInterval: 9 }],
    ['minPingInterval', { minPingInterval: '1h' }, { minPingInterval: '61m' }],
    ['writeTimeout', { writeTimeout: 10 }, { writeTimeout: 9 }],
    ['handshakeTimeout', { handshakeTimeout: 10 }, { handshakeTimeout: 9 }],
    ['maxFrameBytes', { maxFrameBytes: 2_048 }, { maxFrameBytes: 2_047 }],
    ['maxQueuedMessages', { maxQueuedMessages: 1 }, { maxQueuedMessages: 0 }],
    ['maxQueuedBytes', { maxQueuedBytes: 1 }, { maxQueuedBytes: 0 }],
    ['maxUnhandledMessages', { maxUnhandledMessages: 1 }, { maxUnhandledMessages: 0 }],
    ['metadata', { metadata: {} }, { metadata: [] }],
  ])('draws the line of %s where it says', (path, right, wrong) => {
    expect(problemsOf(right)).toEqual([]);
    expect(problemsOf(wrong).map((problem) => problem.path)).toEqual([path]);
  });

  it('lists contradictions between options beside the rest', () => {
    const contradiction = { path: 'strict', requirement: 'false where nobody is watched', value: true };
    const check = () =>
      checkOptions(sessionEntries, { strict: true, maxQueuedBytes: 0 }, ({ strict }) =>
        strict === true ? [contradiction] : [],
      );
    expect(check).toThrow(
      expect.objectContaining({
        problems: [
          { path: 'maxQueuedBytes', requirement: 'a whole number from 1 to 9007199254740991', value: 0 },
          contradiction,
        ],
      }),
    );
  });

  it('asks for no contradictions where there is no object', () => {
    const check = () => checkOptions(sessionEntries, 'lan', () => [{ path: '', requirement: '', value: '' }]);
    expect(check).toThrow(/^options must be an object, got "lan"$/);
  });
});
