import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exchange, NO_COUNTERS } from '../src/machines/exchange.ts';
import type { SessionOptions } from '../src/rules/options.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import type { ReceiverHost } from '../src/session/receiver.ts';
import { Receiver } from '../src/session/receiver.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { AckFrame } from '../src/words/frame.ts';
import { AMPLE, ack, data, failure, turn, value } from './support/delivery-frames.ts';
import { FakeClock } from './support/fake-clock.ts';
import { settle } from './support/fate.ts';
import { SILENT } from './support/session-rig.ts';
import { textCodec, UNDECODABLE, UNENCODABLE } from './support/text-codec.ts';

type Handler = (message: unknown) => unknown;

/** A receiver whose exchange has a connection to a peer that takes values of 100 bytes. */
function hostHandler(handler: Handler | undefined): Pick<ReceiverHost, 'clock' | 'logger' | 'hasHandler' | 'handle'> {
  const base = { clock: new FakeClock(), logger: SILENT };
  return { ...base, hasHandler: handler !== undefined, handle: (message) => handler?.(message) };
}

function createReceiver(handler: Handler | undefined, options: SessionOptions = {}) {
  const log: string[] = [];
  const config = resolveSessionOptions(options);
  const exchange = new Exchange(config);
  const wake = (): void => void log.push('wake');
  const receiver = new Receiver({ codec: textCodec, config, ...hostHandler(handler), wake }, exchange);
  const open = (): void => {
    exchange.inbox.grant();
    exchange.open({ maxMessageBytes: 100, credit: AMPLE }, NO_COUNTERS);
  };
  open();
  return {
    receiver,
    exchange,
    log,
    open,
    /** These messages come, and the turn ends. */
    receive: (...messages: unknown[]) => {
      for (const message of messages) {
        const payload = message instanceof Uint8Array ? message : textCodec.encode(message);
        exchange.handleFrame(data(exchange.inbox.received + 1, payload));
      }
      receiver.run();
    },
    /** What leaves, without the limits of ACKs. */
    answers: () => turn(exchange).map((frame) => (frame.type === 'ack' ? { ...frame, limit: AMPLE } : frame)),
  };
}

/** A handler whose messages are done when the test says so. */
function createSlowHandler() {
  const taken: unknown[] = [];
  const doors: PromiseWithResolvers[] = [];
  return {
    taken,
    handler: (message: unknown): Promise<unknown> => {
      taken.push(message);
      const door = openDoor();
      doors.push(door);
      return door.promise;
    },
    /** The oldest that is not done is done, with this value. */
    finish: async (value?: unknown) => {
      doors.shift()?.resolve(value);
      await settle();
    },
    fail: async (error: unknown) => {
      doors.shift()?.reject(error);
      await settle();
    },
  };
}

interface PromiseWithResolvers {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function openDoor(): PromiseWithResolvers {
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** So many of what was received are handled. */
function done(handled: number, received = handled): AckFrame {
  return ack({ received, handled });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Receiver: handling', () => {
  it('D1: hands 3 messages to the handler in order, wakes its host, and answers with 1 ACK', () => {
    const taken: unknown[] = [];
    const { exchange, receive, answers, log } = createReceiver((message) => void taken.push(message));
    receive('a', { b: 2 }, [3]);
    expect(taken).toEqual(['a', { b: 2 }, [3]]);
    expect(log).toEqual(['wake', 'wake', 'wake']);
    expect([exchange.inbox.received, exchange.isSettled]).toEqual([3, false]);
    expect(answers()).toEqual([done(3)]);
    expect(exchange.isSettled).toBe(true);
  });

  it('D1: what the handler returns travels back, and null too', () => {
    const { receive, answers } = createReceiver((message) => (message === 'x' ? null : [message]));
    receive('a', 'x');
    expect(answers()).toEqual([value(1, textCodec.encode(['a'])), value(2, textCodec.encode(null)), done(2)]);
  });

  it('D1: one handler at a time: the 2nd message waits for the promise of the 1st', async () => {
    const { handler, taken, finish } = createSlowHandler();
    const { receive, answers, log } = createReceiver(handler);
    receive('a', 'b');
    receive('c');
    expect([taken, answers()]).toEqual([['a'], []]);
    log.splice(0);
    await finish('A');
    expect(taken).toEqual(['a', 'b']);
    expect(log).toEqual(['wake']);
    expect(answers()).toEqual([value(1, textCodec.encode('A')), done(1, 3)]);
    await finish();
    await finish();
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(answers()).toEqual([done(3)]);
  });

  it('takes any thenable for a promise', async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    const thenable = { then: (done: (value: unknown) => void) => done('late') };
    const { exchange, receive, answers } = createReceiver(() => thenable);
    receive('a');
    expect(exchange.isSettled).toBe(false);
    await settle();
    expect(answers()).toEqual([value(1, textCodec.encode('late')), done(1)]);
  });
});

describe('Receiver: failures', () => {
  it('refuses with no-handler where there is none', () => {
    const { receive, answers } = createReceiver(undefined);
    receive('a');
    expect(answers()).toEqual([failure(1, 'no-handler', 'the peer has no handler for messages'), done(1)]);
  });

  it('refuses with undecodable what the codec cannot decode, and does not call the handler', () => {
    const handler = vi.fn();
    const { receive, answers } = createReceiver(handler);
    receive(UNDECODABLE);
    expect(handler).not.toHaveBeenCalled();
    expect(answers()).toMatchObject([{ number: 1, ok: false, code: 'undecodable' }, done(1)]);
  });

  class Coded extends Error {
    readonly code: unknown;
    constructor(message: string, code: unknown) {
      super(message);
      this.code = code;
    }
  }

  class Uncodable extends Error {
    get code(): string {
      throw new TypeError('no code');
    }
  }

  it.each<[string, unknown, string, string]>([
    ['an error', new Error('no'), 'failed', 'no'],
    ['an error with a code', new Coded('full up', 'E_FULL'), 'E_FULL', 'full up'],
    ['an error whose code is a number', new Coded('odd', 7), 'failed', 'odd'],
    ['an object with a code', { code: 'E_ODD', toString: () => 'odd' }, 'E_ODD', 'odd'],
    ['a string', 'just so', 'failed', 'just so'],
    ['null', null, 'failed', 'null'],
    ['an error whose message is a number', Object.assign(new Error(), { message: 7 }), 'failed', '7'],
    ['what cannot be shown', Object.create(null), 'failed', 'an error that cannot be shown'],
    ['an error whose code throws', new Uncodable('odd'), 'failed', 'odd'],
  ])('D1: the code and text of what the handler throws travel back: %s', async (_, error, code, text) => {
    const sync = createReceiver(() => {
      throw error;
    });
    sync.receive('a');
    expect(sync.answers()).toEqual([failure(1, code, text), done(1)]);
    const { handler, fail } = createSlowHandler();
    const late = createReceiver(handler);
    late.receive('a');
    await fail(error);
    expect(late.answers()).toEqual([failure(1, code, text), done(1)]);
  });

  it('D2: a failed message counts as handled, and the next one is', () => {
    const taken: unknown[] = [];
    const { receive, answers } = createReceiver((message) => {
      taken.push(message);
      if (message === 'a') throw new Error('not that one');
    });
    receive('a', 'b');
    expect(taken).toEqual(['a', 'b']);
    expect(answers()).toEqual([failure(1, 'failed', 'not that one'), done(2)]);
  });

  it('W6: keeps of a failure what will travel: a code of 64 bytes, and 341 of 1,000 characters of 3 bytes each', () => {
    const { exchange, receive, answers } = createReceiver(() => {
      throw Object.assign(new Error('\u20ac'.repeat(1_000)), { code: 'E'.repeat(65) });
    });
    receive('a');
    expect(exchange.inbox.cost).toBe(128 + 64 + 341);
    expect(answers()).toEqual([failure(1, 'E'.repeat(64), '\u20ac'.repeat(341)), done(1)]);
  });

  it('refuses with unencodable-result a value that the codec cannot encode', () => {
    const { receive, answers } = createReceiver(() => UNENCODABLE);
    receive('a');
    const text = 'the message was handled, but its result could not be encoded: cannot encode a symbol';
    expect(answers()).toEqual([failure(1, 'unencodable-result', text), done(1)]);
  });

  it('refuses with result-too-large a value of 101 bytes where the peer takes 100', () => {
    const { receive, answers } = createReceiver((size) => 'x'.repeat(Number(size)));
    receive(98, 99);
    const text = 'the message was handled, but its result of 101 bytes is too large';
    expect(answers()).toMatchObject([{ number: 1, ok: true }, failure(2, 'result-too-large', text), done(2)]);
  });

  it('lets an error of its host surface, and not be lost in a promise', async () => {
    const later: (() => void)[] = [];
    const config = resolveSessionOptions({});
    const exchange = new Exchange(config);
    const wake = (): void => {
      throw new Error('a bug of ours');
    };
    const receiver = new Receiver(
      { codec: textCodec, config, ...hostHandler(() => Promise.resolve()), wake },
      exchange,
    );
    exchange.handleFrame(data(1, textCodec.encode('a')));
    receiver.run();
    vi.stubGlobal('queueMicrotask', (callback: () => void) => later.push(callback));
    await settle();
    expect(later[0]).toThrow('a bug of ours');
  });
});

describe('Receiver: limits', () => {
  it('D3: a handler that never returns keeps message 2 waiting, and whoever sends too much of it is refused', () => {
    const { handler, taken } = createSlowHandler();
    const { exchange, receive, answers } = createReceiver(handler, {
      maxMessageBytes: 1_000,
      maxUnhandledBytes: 1_128,
    });
    receive('a'.repeat(98), 'b'.repeat(98)); // 228 each
    expect([taken.length, exchange.inbox.waiting, answers()]).toEqual([1, 1, []]);
    expect(() => receive('c'.repeat(998))).toThrow(new ProtocolError('message 3 exceeds the credit of 1128 by 456'));
    expect(taken).toHaveLength(1);
  });

  it('D3: the handler waits while the peer fetches no answers, and goes on at 1 that it has', () => {
    const taken: unknown[] = [];
    const answer = 'x'.repeat(98);
    const { receiver, exchange, receive, answers } = createReceiver(
      (message) => {
        taken.push(message);
        return answer;
      },
      { maxMessageBytes: 1_000, maxUnhandledBytes: 40_000 },
    );
    // 228 each: the handler is called until 40,000 are reached, which is 176 times.
    for (let i = 0; i < 180; i += 1) receive(i);
    expect([taken.length, exchange.inbox.waiting]).toEqual([176, 4]);
    expect(answers().filter(({ type }) => type === 'result')).toHaveLength(176);
    receiver.run();
    expect(taken).toHaveLength(176);
    exchange.handleFrame(ack({ settled: 1 }));
    receiver.run();
    expect([taken.length, exchange.inbox.waiting]).toEqual([177, 3]);
  });
});

describe('Receiver: connections and sessions', () => {
  it('D2: a handler that outlives its connection answers on the next one', async () => {
    const { handler, finish } = createSlowHandler();
    const { exchange, receive, open, answers } = createReceiver(handler);
    receive('a');
    exchange.lose();
    await finish('late');
    open();
    expect(answers()).toEqual([value(1, textCodec.encode('late'))]);
    exchange.lose();
    open();
    expect(answers()).toEqual([value(1, textCodec.encode('late'))]); // the peer has not said that it has it
  });

  it('D4: a handler that outlives its session answers nobody, and the next session waits for it', async () => {
    const { handler, taken, finish } = createSlowHandler();
    const { exchange, receive, open, answers } = createReceiver(handler);
    receive('old', 'never handled');
    exchange.restart();
    open();
    receive('new');
    expect([taken, exchange.inbox.waiting]).toEqual([['old'], 1]);
    await finish('too late');
    expect(taken).toEqual(['old', 'new']);
    expect(answers()).toEqual([]);
    await finish('in time');
    expect(answers()).toEqual([value(1, textCodec.encode('in time')), done(1)]);
  });

  it('a handler that ends its own session takes no further message of it', () => {
    const taken: unknown[] = [];
    const { exchange, receive, answers } = createReceiver((message) => {
      taken.push(message);
      exchange.restart();
    });
    receive('a', 'b', 'c');
    expect([taken, answers()]).toEqual([['a'], []]);
  });
});
