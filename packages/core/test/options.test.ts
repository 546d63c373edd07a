import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { booleanSchema, checkOptions } from '../src/rules/checks.ts';
import { resolveSessionOptions, type SessionOptions, sessionEntries } from '../src/rules/options.ts';
import { OptionsError } from '../src/words/errors.ts';

const EVERYTHING = { depth: null, showHidden: true } as const;

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
      idleLimitsMs: [],
      strict: false,
      minPingIntervalMs: 1_000,
      writeTimeoutMs: 60_000,
      pausedTimeoutMs: 60_000,
      handshakeTimeoutMs: 10_000,
      closeTimeoutMs: 5_000,
      maxMessageBytes: 1_048_576,
      maxQueuedMessages: 1_024,
      maxQueuedBytes: 16_777_216,
      maxWaiters: 0,
      maxUnhandledBytes: 4_194_304,
      resumeWindowMs: 120_000,
      health: undefined,
      appStallTimeoutMs: 60_000,
      judgeAppStall: false,
      metadata: {},
    });
  });

  it('takes every option', () => {
    const health = () => 'ok' as const;
    const options: Required<SessionOptions> = {
      keepalive: { idle: '1m', interval: '2s', probes: 5 },
      idleLimits: ['5m', 90_000],
      strict: true,
      minPingInterval: '500ms',
      writeTimeout: '90s',
      pausedTimeout: 0,
      handshakeTimeout: '3s',
      closeTimeout: '1s',
      maxMessageBytes: 65_536,
      maxQueuedMessages: 7,
      maxQueuedBytes: 8,
      maxWaiters: 9,
      maxUnhandledBytes: 65_664,
      resumeWindow: '10m',
      health,
      appStallTimeout: '90s',
      judgeAppStall: true,
      metadata: { name: 'sensor 7' },
    };
    expect(resolveSessionOptions(options)).toEqual({
      keepalive: { idleMs: 60_000, intervalMs: 2_000, probes: 5 },
      idleLimitsMs: [300_000, 90_000],
      strict: true,
      minPingIntervalMs: 500,
      writeTimeoutMs: 90_000,
      pausedTimeoutMs: 0,
      handshakeTimeoutMs: 3_000,
      closeTimeoutMs: 1_000,
      maxMessageBytes: 65_536,
      maxQueuedMessages: 7,
      maxQueuedBytes: 8,
      maxWaiters: 9,
      maxUnhandledBytes: 65_664,
      resumeWindowMs: 600_000,
      health,
      appStallTimeoutMs: 90_000,
      judgeAppStall: true,
      metadata: { name: 'sensor 7' },
    });
  });

  it('L1: watches nobody for keepalive false', () => {
    expect(resolveSessionOptions({ keepalive: false }).keepalive).toBeUndefined();
  });

  it('W5: gives credit for 4 MiB, and for one message of the largest size and its 128 bytes where that is more', () => {
    const creditOf = (maxMessageBytes: number) => resolveSessionOptions({ maxMessageBytes }).maxUnhandledBytes;
    expect(creditOf(4_194_176)).toBe(4_194_304);
    expect(creditOf(4_194_177)).toBe(4_194_305);
    expect(creditOf(16_777_216)).toBe(16_777_344);
  });
});

describe('checkOptions', () => {
  it('lists every problem at once, each with its path, what it must be and what it is', () => {
    expect(
      problemsOf({ keepalive: { idle: '5 minutes', interval: 99, probes: 0 }, strict: 'yes', maxMessageBytes: 1.5 }),
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
      { path: 'maxMessageBytes', requirement: 'a whole number from 1 to 1073741824', value: 1.5 },
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
      { path: 'keepalive.count', requirement: 'left out (there is no such option)', value: 'a number' },
      {
        path: 'keepAlive',
        requirement: 'left out (there is no such option, did you mean keepalive?)',
        value: true,
      },
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
        value: Array.isArray(keepalive) ? 'an array' : keepalive,
      },
    ]);
  });

  it.each([
    [undefined, undefined],
    [null, null],
    [5, 'a number'],
    ['tls://user:password@host', 'a string'],
    [[], 'an array'],
  ])('takes no %j for the options as a whole, and keeps of it %j', (options, value) => {
    expect(problemsOf(options)).toEqual([{ path: 'options', requirement: 'an object', value }]);
  });

  it.each([
    { what: 'a text where another name is due', options: { credential: 'hunter2' }, value: 'a string' },
    { what: 'a number there', options: { pin: 4711 }, value: 'a number' },
    { what: 'an object there', options: { auth: { password: 'hunter2' } }, value: 'an object' },
    { what: 'a function, which is its source', options: { keepalive: () => 'hunter2' }, value: 'a function' },
    { what: 'a symbol', options: { strict: Symbol('hunter2') }, value: 'a symbol' },
    { what: 'an object where a text is due', options: { resumeWindow: { key: 'hunter2' } }, value: 'an object' },
    { what: 'an array', options: { metadata: ['hunter2'] }, value: 'an array' },
  ])('keeps of what may be a secret its kind only, for the error will be logged: $what', ({ options, value }) => {
    expect(problemsOf(options)).toMatchObject([{ value }]);
    const check = (): unknown => resolveSessionOptions(options as SessionOptions);
    expect(check).toThrow(`, got ${value}`);
    expect(check).toThrow(expect.toSatisfy((error) => !/hunter2|4711/.test(inspect(error, EVERYTHING))));
  });

  it.each([
    ['keepalive.idle', { keepalive: { idle: 100 } }, { keepalive: { idle: 99 } }],
    ['keepalive.interval', { keepalive: { interval: 100 } }, { keepalive: { interval: 99 } }],
    ['keepalive.probes', { keepalive: { probes: 1_000 } }, { keepalive: { probes: 1_001 } }],
    ['minPingInterval', { minPingInterval: 10 }, { minPingInterval: 9 }],
    ['minPingInterval', { minPingInterval: '1h' }, { minPingInterval: '61m' }],
    ['writeTimeout', { writeTimeout: 10 }, { writeTimeout: 9 }],
    ['handshakeTimeout', { handshakeTimeout: 10 }, { handshakeTimeout: 9 }],
    ['maxMessageBytes', { maxMessageBytes: 1 }, { maxMessageBytes: 0 }],
    ['maxMessageBytes', { maxMessageBytes: 2 ** 30 }, { maxMessageBytes: 2 ** 30 + 1 }],
    ['maxQueuedMessages', { maxQueuedMessages: 1 }, { maxQueuedMessages: 0 }],
    ['maxQueuedBytes', { maxQueuedBytes: 1 }, { maxQueuedBytes: 0 }],
    ['maxWaiters', { maxWaiters: 0 }, { maxWaiters: -1 }],
    ['maxWaiters', { maxWaiters: 2 ** 31 }, { maxWaiters: 2 ** 31 + 1 }],
    ['maxUnhandledBytes', { maxMessageBytes: 1, maxUnhandledBytes: 129 }, { maxUnhandledBytes: 1_500_000.5 }],
    ['maxUnhandledBytes', { maxUnhandledBytes: 2 ** 40 }, { maxUnhandledBytes: 2 ** 40 + 1 }],
    ['resumeWindow', { resumeWindow: 0 }, { resumeWindow: -1 }],
    ['resumeWindow', { resumeWindow: '168h' }, { resumeWindow: '10081m' }],
    ['metadata', { metadata: {} }, { metadata: [] }],
  ])('draws the line of %s where it says', (path, right, wrong) => {
    expect(problemsOf(right)).toEqual([]);
    expect(problemsOf(wrong).map((problem) => problem.path)).toEqual([path]);
  });

  it.each([
    [{ maxUnhandledBytes: 1_048_703 }, 1_048_704],
    [{ maxMessageBytes: 10_000, maxUnhandledBytes: 10_127 }, 10_128],
  ])('D3: takes no room that is smaller than the largest message and its 128 bytes: %o', (options, least) => {
    expect(problemsOf(options)).toEqual([
      {
        path: 'maxUnhandledBytes',
        requirement: `at least maxMessageBytes + 128, which is ${least}`,
        value: options.maxUnhandledBytes,
      },
    ]);
    expect(problemsOf({ ...options, maxUnhandledBytes: least })).toEqual([]);
  });

  it('says of a size that is no number only that, and not that it contradicts another one', () => {
    expect(problemsOf({ maxMessageBytes: '1 MiB', maxUnhandledBytes: 129 })).toMatchObject([
      { path: 'maxMessageBytes' },
    ]);
    expect(problemsOf({ maxMessageBytes: 1, maxUnhandledBytes: '129' })).toMatchObject([{ path: 'maxUnhandledBytes' }]);
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
    expect(check).toThrow(/^options must be an object, got a string$/);
  });
});
