import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SessionOptions } from '../src/rules/options.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { Receiver } from '../src/session/receiver.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { AckFrame, ResultFrame } from '../src/words/frame.ts';
import { settle } from './support/fate.ts';
import { textCodec, UNDECODABLE, UNENCODABLE } from './support/text-codec.ts';

type Handler = (message: unknown) => unknown;

/** A receiver on a connection whose peer takes payloads of 100 bytes. */
function createReceiver(handler: Handler | undefined, options: SessionOptions = {}) {
  const log: string[] = [];
  const receiver = new Receiver({
    codec: textCodec,
    config: resolveSessionOptions(options),
    handler,
    wake: () => log.push('wake'),
    throttle: (paused) => log.push(paused ? 'pause' : 'resume'),
  });
  receiver.handleOpen(100);
  let number = 0;
  return {
    receiver,
    log,
    /** These messages come, and the turn ends. */
    receive: (...messages: unknown[]) => {
      for (const message of messages) {
        number += 1;
        const payload = message instanceof Uint8Array ? message : textCodec.encode(message);
        receiver.handleData({ type: 'data', number, payload });
      }
      receiver.run();
    },
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

/** All answers that can be given now. */
function answers(receiver: Receiver): (ResultFrame | AckFrame)[] {
  const all: (ResultFrame | AckFrame)[] = [];
  for (let answer = receiver.nextAnswer(); answer !== undefined; answer = receiver.nextAnswer()) all.push(answer);
  return all;
}

function ack(handled: number, received = handled): AckFrame {
  return { type: 'ack', received, handled };
}

function refusal(number: number, code: string, text: string): ResultFrame {
  return { type: 'result', number, ok: false, code, text };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Receiver: handling', () => {
  it('D1: hands 3 messages to the handler in order, wakes its host, and answers with 1 ACK', () => {
    const taken: unknown[] = [];
    const { receiver, receive, log } = createReceiver((message) => void taken.push(message));
    receive('a', { b: 2 }, [3]);
    expect(taken).toEqual(['a', { b: 2 }, [3]]);
    expect(log).toEqual(['wake', 'wake', 'wake']);
    expect([receiver.lastAccepted, receiver.isSettled]).toEqual([3, false]);
    expect(answers(receiver)).toEqual([ack(3)]);
    expect(receiver.isSettled).toBe(true);
  });

  it('D1: what the handler returns travels back, and null too', () => {
    const { receiver, receive } = createReceiver((message) => (message === 'x' ? null : [message]));
    receive('a', 'x');
    expect(answers(receiver)).toEqual([
      { type: 'result', number: 1, ok: true, value: textCodec.encode(['a']) },
      { type: 'result', number: 2, ok: true, value: textCodec.encode(null) },
      ack(2),
    ]);
  });

  it('D1: one handler at a time: the 2nd message waits for the promise of the 1st', async () => {
    const { handler, taken, finish } = createSlowHandler();
    const { receiver, receive, log } = createReceiver(handler);
    receive('a', 'b');
    receive('c');
    expect([taken, answers(receiver)]).toEqual([['a'], []]);
    log.splice(0);
    await finish('A');
    expect(taken).toEqual(['a', 'b']);
    expect(log).toEqual(['wake']);
    expect(answers(receiver)).toEqual([
      { type: 'result', number: 1, ok: true, value: textCodec.encode('A') },
      ack(1, 3),
    ]);
    await finish();
    await finish();
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(answers(receiver)).toEqual([ack(3)]);
  });

  it('takes any thenable for a promise', async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    const { receiver, receive } = createReceiver(() => ({ then: (done: (value: unknown) => void) => done('late') }));
    receive('a');
    expect(receiver.isSettled).toBe(false);
    await settle();
    expect(answers(receiver)).toEqual([
      { type: 'result', number: 1, ok: true, value: textCodec.encode('late') },
      ack(1),
    ]);
  });

  it('throws ProtocolError for a message out of order', () => {
    const { receiver } = createReceiver(() => {});
    expect(() => receiver.handleData({ type: 'data', number: 2, payload: UNDECODABLE })).toThrow(ProtocolError);
  });
});

describe('Receiver: failures', () => {
  it('refuses with no-handler where there is none', () => {
    const { receiver, receive } = createReceiver(undefined);
    receive('a');
    expect(answers(receiver)).toEqual([refusal(1, 'no-handler', 'the peer has no handler for messages'), ack(1)]);
  });

  it('refuses with undecodable what the codec cannot decode, and does not call the handler', () => {
    const handler = vi.fn();
    const { receiver, receive } = createReceiver(handler);
    receive(UNDECODABLE);
    expect(handler).not.toHaveBeenCalled();
    expect(answers(receiver)).toMatchObject([{ number: 1, ok: false, code: 'undecodable' }, ack(1)]);
  });

  class Coded extends Error {
    readonly code: unknown;
    constructor(message: string, code: unknown) {
      super(message);
      this.code = code;
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
  ])('D1: the code and text of what the handler throws travel back: %s', async (_, error, code, text) => {
    const sync = createReceiver(() => {
      throw error;
    });
    sync.receive('a');
    expect(answers(sync.receiver)).toEqual([refusal(1, code, text), ack(1)]);
    const { handler, fail } = createSlowHandler();
    const late = createReceiver(handler);
    late.receive('a');
    await fail(error);
    expect(answers(late.receiver)).toEqual([refusal(1, code, text), ack(1)]);
  });

  it('D2: a failed message counts as handled, and the next one is', () => {
    const taken: unknown[] = [];
    const { receiver, receive } = createReceiver((message) => {
      taken.push(message);
      if (message === 'a') throw new Error('not that one');
    });
    receive('a', 'b');
    expect(taken).toEqual(['a', 'b']);
    expect(answers(receiver)).toEqual([refusal(1, 'failed', 'not that one'), ack(2)]);
  });

  it('refuses with unencodable-result a value that the codec cannot encode', () => {
    const { receiver, receive } = createReceiver(() => UNENCODABLE);
    receive('a');
    const text = 'the message was handled, but its result could not be encoded: cannot encode a symbol';
    expect(answers(receiver)).toEqual([refusal(1, 'unencodable-result', text), ack(1)]);
  });

  it('refuses with result-too-large a value of 101 bytes where the peer takes 100', () => {
    const { receiver, receive } = createReceiver((size) => 'x'.repeat(Number(size)));
    receive(98, 99);
    const text = 'the message was handled, but its result of 101 bytes is too large';
    expect(answers(receiver)).toMatchObject([{ number: 1, ok: true }, refusal(2, 'result-too-large', text), ack(2)]);
  });

  it('lets an error of its host surface, and not be lost in a promise', async () => {
    const later: (() => void)[] = [];
    const receiver = new Receiver({
      codec: textCodec,
      config: resolveSessionOptions({}),
      handler: () => Promise.resolve(),
      wake: () => {
        throw new Error('a bug of ours');
      },
      throttle: () => {},
    });
    receiver.handleData({ type: 'data', number: 1, payload: textCodec.encode('a') });
    receiver.run();
    vi.stubGlobal('queueMicrotask', (callback: () => void) => later.push(callback));
    await settle();
    expect(later[0]).toThrow('a bug of ours');
  });
});

describe('Receiver: limits', () => {
  it('D3: pauses reading while 4 messages wait for the handler, and resumes at half of that', async () => {
    const { handler, finish } = createSlowHandler();
    const { receive, log } = createReceiver(handler, { maxUnhandledMessages: 4 });
    receive(1, 2, 3, 4); // 1 is with the handler, 3 wait
    expect(log).toEqual([]);
    receive(5);
    receive(6);
    expect(log).toEqual(['pause']);
    await finish();
    await finish();
    expect(log.filter((line) => line !== 'wake')).toEqual(['pause']); // 3 wait
    await finish();
    expect(log.filter((line) => line !== 'wake')).toEqual(['pause', 'resume']);
  });

  it('D3: does not pause for 2,000 messages of one chunk that the handler takes at once', () => {
    const { receive, log } = createReceiver(() => {}, { maxUnhandledMessages: 4 });
    receive(...new Array(2_000).fill(1));
    expect(log.filter((line) => line !== 'wake')).toEqual([]);
  });

  it('D3: pauses reading while 4 results find no way out, and resumes when they do', () => {
    const { receiver, receive, log } = createReceiver(undefined, { maxUnhandledMessages: 4 });
    receive(1, 2, 3);
    receive(4);
    expect(log.filter((line) => line !== 'wake')).toEqual([]);
    receive(5); // 4 are left from the turns before
    expect(log.filter((line) => line !== 'wake')).toEqual(['pause']);
    answers(receiver);
    receiver.run();
    expect(log.filter((line) => line !== 'wake')).toEqual(['pause', 'resume']);
  });

  it('D3: with at most 1 it reads 1 message at a time', async () => {
    const { handler, finish } = createSlowHandler();
    const { receive, log } = createReceiver(handler, { maxUnhandledMessages: 1 });
    receive(1);
    expect(log).toEqual([]);
    receive(2);
    expect(log).toEqual(['pause']);
    await finish();
    expect(log).toEqual(['pause', 'wake', 'resume']);
  });
});

describe('Receiver: a lost connection', () => {
  it('a handler that outlives its connection answers nobody on the next one, and the next one waits for it', async () => {
    const { handler, taken, finish } = createSlowHandler();
    const { receiver, receive } = createReceiver(handler);
    receive('old', 'never handled');
    receiver.handleLost();
    expect([receiver.lastAccepted, receiver.isSettled]).toEqual([0, true]);
    receiver.handleOpen(100);
    receiver.handleData({ type: 'data', number: 1, payload: textCodec.encode('new') });
    receiver.run();
    expect(taken).toEqual(['old']);
    await finish('too late');
    expect(taken).toEqual(['old', 'new']);
    expect(answers(receiver)).toEqual([]);
    await finish('in time');
    expect(answers(receiver)).toEqual([
      { type: 'result', number: 1, ok: true, value: textCodec.encode('in time') },
      ack(1),
    ]);
  });

  it('a handler that ends its own connection takes no further message of it', () => {
    const taken: unknown[] = [];
    const { receiver, receive } = createReceiver((message) => {
      taken.push(message);
      receiver.handleLost();
    });
    receive('a', 'b', 'c');
    expect(taken).toEqual(['a']);
    expect(answers(receiver)).toEqual([]);
  });

  it('the next connection begins unpaused', async () => {
    const { handler } = createSlowHandler();
    const { receiver, receive, log } = createReceiver(handler, { maxUnhandledMessages: 1 });
    receive(1, 2);
    expect(log).toEqual(['pause']);
    receiver.handleLost();
    receiver.run();
    expect(log).toEqual(['pause']); // a new transport reads, and nothing waits
  });
});
