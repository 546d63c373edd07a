import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { delimited, OptionsError, SystoleError } from '@systole/core';
import type { WatchOptions } from '@systole/watch';
import { follow, watch } from '@systole/watch';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BOUND_MS, FakeStream, TRIPLE, watchFake } from './peer.ts';

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SystoleError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('a stream that cannot be watched', () => {
  it('is destroyed', () => {
    const stream = new FakeStream();
    stream.destroy();
    expect(refusalOf(() => watch(stream))).toBe('ERR_SOCKET: stream must be open, got one that is destroyed');
  });

  it("has had the peer's FIN", async () => {
    const stream = new FakeStream();
    stream.push(null);
    stream.resume();
    await once(stream, 'end');
    expect(refusalOf(() => watch(stream))).toBe("ERR_SOCKET: stream must be open, got one that has had the peer's FIN");
  });

  it('is not connected yet', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect(server.address() as { port: number });
    expect(refusalOf(() => watch(socket))).toBe(
      'ERR_SOCKET: stream must be connected, got one that is not, or not yet: wait for its connect event',
    );
    await once(socket, 'connect');
    watch(socket).stop();
    socket.destroy();
    server.close();
  });

  it('is watched already, until that watch is stopped or over', async () => {
    const { clock, stream, watching, peer } = watchFake();
    const refusal = 'ERR_SOCKET: stream must be watched once, got one that is watched already: stop that watch first';
    expect(refusalOf(() => watch(stream))).toBe(refusal);
    watching.stop();
    const second = watch(stream, { clock, keepalive: TRIPLE, destroy: false });
    expect(refusalOf(() => watch(stream))).toBe(refusal);
    peer.answers = false;
    clock.advance(BOUND_MS);
    expect(second.inspect().lastCause).toBe('silent');
    expect(refusalOf(() => watch(stream, { clock }))).toBe('none');
  });

  it.each([undefined, null, 'tcp://localhost', {}, new EventTarget()])('is none: %o', (stream) => {
    expect(refusalOf(() => watch(stream as never))).toBe(
      'ERR_SOCKET: stream must be a readable stream of Node, got something else',
    );
  });

  it('is refused without leaving anything behind', () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const stream = new FakeStream();
    stream.destroy();
    expect(refusalOf(() => watch(stream, { signal }))).toContain('ERR_SOCKET');
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
    expect(stream.eventNames()).toEqual([]);
  });
});

describe('a stream that is unusual', () => {
  it('is one of objects: each counts as one byte', () => {
    const stream = new FakeStream({ objectMode: true });
    const { clock, watching, peer, told } = watchFake({}, stream);
    peer.answers = false;
    for (let count = 0; count < 100; count += 1) {
      clock.advance(500);
      stream.hear({ count });
      stream.read();
    }
    expect(told).toEqual([]);
    expect(watching.inspect().bytesIn).toBe(100);
  });

  it('is one of objects that are text: each counts as one too, so that a probe behind them is known to wait (L4)', () => {
    const stream = new FakeStream({ objectMode: true });
    const { clock, probes, told } = watchFake(
      {
        random: () => 0,
        probe: (attempt) => {
          probes.push({ at: clock.now(), attempt });
          stream.write('PING');
        },
      },
      stream,
    );
    stream.isStuck = true;
    for (let at = 0; at < BOUND_MS; at += 100) {
      stream.write('a question that nobody takes');
      clock.advance(100);
    }
    expect(probes).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ at: BOUND_MS, payload: { cause: 'write-stalled' } });
  });

  it('says close, and was not destroyed, as those from before Node 8 do: 1 disconnect, closed-locally', () => {
    const { stream, told } = watchFake();
    stream.emit('close');
    stream.emit('close');
    expect(told).toMatchObject([{ name: 'disconnect', payload: { cause: 'closed-locally' } }]);
  });

  it('is half closed behind bytes that its owner has not read: eof, and he may still read them', async () => {
    const { clock, stream, told } = watchFake({ probe: () => {} });
    stream.hear('the last word');
    stream.push(null);
    await clock.advanceAsync(60_000);
    expect(told).toMatchObject([{ name: 'disconnect', payload: { cause: 'eof' } }]);
    expect(String(stream.read())).toBe('the last word');
  });

  it.each([undefined, null])("emits 'error' with %o: it ends, and the listeners of its owner are called", (error) => {
    const { stream, told } = watchFake();
    const heard: unknown[] = [];
    stream.on('error', (given) => heard.push(given));
    stream.emit('error', error);
    expect(heard).toEqual([error]);
    expect(told).toMatchObject([{ name: 'disconnect', payload: { cause: 'closed-locally' } }]);
  });

  it('is never read by anybody: full, it freezes the verdict for pausedTimeout and no longer', () => {
    const stream = new FakeStream({ highWaterMark: 8 });
    const { clock, peer, watching, told } = watchFake({ pausedTimeout: '5s', random: () => 0 }, stream);
    peer.answers = false;
    stream.hear('0123456789');
    clock.advance(5_000);
    expect(watching.inspect()).toMatchObject({ isPaused: true, belief: 'alive' });
    expect(told).toEqual([]);
    clock.advance(BOUND_MS);
    expect(told.map(({ name }) => name)).toEqual(['suspect', 'dead', 'disconnect']);
  });

  it('is never read by anybody, and not full: what comes is evidence', () => {
    const { clock, stream, watching } = watchFake();
    clock.advance(60_000);
    expect(watching.inspect()).toMatchObject({ isPaused: false, belief: 'alive' });
    expect(stream.readableFlowing).toBe(null);
  });

  it("is read by 'readable' or for await, and counts as read", () => {
    const { clock, stream, peer, names } = watchFake();
    stream.on('readable', () => stream.read());
    peer.answers = false;
    clock.advance(BOUND_MS);
    expect(names()).toEqual(['suspect', 'dead', 'disconnect']);
  });

  it('is destroyed by its owner, with an error of his own: closed-locally, and the error stays his', async () => {
    const { clock, stream, told } = watchFake();
    const heard: unknown[] = [];
    stream.on('error', (error) => heard.push(error));
    const error = new Error('enough');
    stream.destroy(error);
    await clock.settle();
    expect(heard).toEqual([error]);
    expect(told).toMatchObject([
      { name: 'disconnect', payload: { cause: 'closed-locally', evidence: { detail: 'enough' } } },
    ]);
  });

  it('is half closed by the peer: eof, and our half stays open', async () => {
    const { clock, stream, told } = watchFake();
    stream.resume();
    stream.push(null);
    await clock.settle();
    expect(told).toMatchObject([{ name: 'disconnect', payload: { cause: 'eof', evidence: { hint: undefined } } }]);
    expect([stream.destroyed, stream.writable]).toEqual([false, true]);
  });
});

describe('a probe', () => {
  it('that throws is counted and logged, and the verdict comes when it is due', () => {
    const warn = vi.fn();
    const silent = { debug: () => {}, info: () => {}, error: () => {}, child: () => logger };
    const logger = { ...silent, warn };
    const { clock, watching, names } = watchFake({
      logger,
      probe: () => {
        throw new Error('not ready');
      },
    });
    clock.advance(BOUND_MS);
    expect(names()).toEqual(['suspect', 'dead', 'disconnect']);
    expect(watching.inspect().probeFailures).toBe(3);
    expect(warn.mock.calls.filter(([, message]) => message === 'probe failed')).toHaveLength(3);
  });

  it('that throws where the logger throws, too, is counted, and the verdict comes when it is due', () => {
    const throwIt = (): void => {
      throw new Error('no room for another line');
    };
    const logger = { debug: throwIt, info: throwIt, warn: throwIt, error: throwIt, child: () => logger };
    const later: unknown[] = [];
    vi.stubGlobal('queueMicrotask', (callback: () => void) => later.push(callback));
    onTestFinished(() => void vi.unstubAllGlobals());
    const { clock, watching, names } = watchFake({ logger, probe: throwIt });
    clock.advance(BOUND_MS);
    expect(names()).toEqual(['suspect', 'dead', 'disconnect']);
    expect(watching.inspect().probeFailures).toBe(3);
    expect(later).toHaveLength(7); // connect, 3 probes, suspect, dead and disconnect: as uncaught as it was
  });

  it('that rejects later is logged with the attempt that it was', async () => {
    const warn = vi.fn();
    const logger = { debug: () => {}, info: () => {}, warn, error: () => {}, child: () => logger };
    const failures: (() => void)[] = [];
    const { clock, stream } = watchFake({
      logger,
      random: () => 0,
      probe: () => new Promise((_, reject) => failures.push(() => reject(new Error('late')))),
    });
    await clock.advanceAsync(1_600);
    stream.hear();
    await clock.advanceAsync(100);
    for (const fail of failures) fail();
    await clock.settle();
    const failed = warn.mock.calls.filter(([, message]) => message === 'probe failed');
    expect(failed.map(([{ attempt }]) => attempt)).toEqual([1, 2]);
  });

  it('that rejects is counted, and what comes all the same is evidence', async () => {
    const { clock, stream, watching, told } = watchFake({
      probe: async () => {
        stream.hear('-LOADING');
        throw new Error('LOADING');
      },
    });
    await clock.advanceAsync(10_500);
    expect(told).toEqual([]);
    expect(watching.inspect().probeFailures).toBeGreaterThanOrEqual(10);
  });

  it.each([false, true])(
    'that does nothing, and says that it has, keeps no dead peer alive: strict %o',
    async (strict) => {
      const { clock, watching, names } = watchFake({ strict, random: () => 0, probe: async () => 'PONG' });
      await clock.advanceAsync(1_400);
      expect(watching.inspect()).toMatchObject({ missed: 1, rtt: undefined });
      await clock.advanceAsync(BOUND_MS);
      expect(names()).toEqual(['suspect', 'dead', 'disconnect']);
    },
  );

  it('that never settles is forgotten with its stream', async () => {
    const { clock, names } = watchFake({ probe: () => new Promise(() => {}) });
    await clock.advanceAsync(60_000);
    expect(names()).toEqual(['suspect', 'dead', 'disconnect']);
  });

  it('that stops the watch is the last', () => {
    const { clock, watching, probes, told } = watchFake({
      probe: (attempt) => {
        probes.push({ at: clock.now(), attempt });
        watching.stop();
      },
    });
    clock.advance(60_000);
    expect(probes).toHaveLength(1);
    expect(told).toEqual([]);
    expect(clock.alarmsSet).toBe(0);
  });

  it('that destroys the stream ends the watch with closed-locally', async () => {
    const { clock, stream, told } = watchFake({ probe: () => stream.destroy() });
    await clock.advanceAsync(60_000);
    expect(told).toMatchObject([{ name: 'disconnect', payload: { cause: 'closed-locally' } }]);
  });

  it('is not needed: silence alone counts then, to the same bound, and no probe is claimed', () => {
    const stream = new FakeStream();
    const { clock, told } = watchFake({ random: () => 0 }, stream);
    stream.destroy();
    const bare = new FakeStream();
    const alone = watch(bare, { clock, keepalive: TRIPLE, random: () => 0 });
    const causes: unknown[] = [];
    alone.on('dead', ({ cause, evidence }) => causes.push(cause, evidence.probesSent, clock.now()));
    clock.advance(60_000);
    expect(causes).toEqual(['silent', 0, 2_500]);
    expect(told.length).toBeLessThanOrEqual(1);
  });
});

describe('a framer', () => {
  it('that throws when it is asked for a splitter is told to the caller, and leaves the stream free', () => {
    const stream = new FakeStream();
    const framer = {
      frame: (message: Uint8Array) => message,
      splitter: () => {
        throw new Error('no splitter');
      },
    };
    expect(() => watch(stream, { probe: () => {}, reply: { framer, matches: () => true } })).toThrow('no splitter');
    expect([stream.eventNames(), Object.hasOwn(stream, 'push')]).toEqual([[], false]);
    watch(stream).stop();
  });
});

describe('options that are wrong', () => {
  const cases: readonly [WatchOptions | object, string][] = [
    [{ keepalive: false }, 'keepalive must be given where idle has no period, as nothing would be watched, got false'],
    [{ keepalive: false, idle: {} }, 'keepalive must be given where idle has no period'],
    [
      { keepalive: false, idle: { reader: '1s' }, probe: () => {} },
      'probe must be left out where keepalive is false, as nothing would call it',
    ],
    [{ strict: true }, 'strict must be false where there is no probe, as nothing would be answered, got true'],
    [{ probe: 'PING' }, 'probe must be a function, got "PING"'],
    [
      { reply: { framer: delimited(), matches: () => true } },
      'reply must be left out where there is no probe, as nothing would be answered, got an object',
    ],
    [{ reply: 5 }, 'reply must be an object, got 5'],
    [{ idle: 5 }, 'idle must be an object, got 5'],
    [{ idle: { reader: 5 } }, "idle.reader must be a duration such as 250 or '20s', of 100 ms to 1,000 years, got 5"],
    [{ destroy: 'yes' }, 'destroy must be true, false or a function, got "yes"'],
    [{ signal: 1 }, 'signal must be an AbortSignal, got 1'],
    [{ prob: 1 }, 'prob must be left out (there is no such option, did you mean probe?), got a number'],
  ];

  it.each(cases)('%o are told', (options, message) => {
    const stream = new PassThrough();
    expect(() => watch(stream, options)).toThrow(OptionsError);
    expect(refusalOf(() => watch(stream, options))).toContain(message);
    expect(refusalOf(() => follow(options))).toContain(message);
    expect(refusalOf(() => watch(stream))).toBe('none');
  });

  it('are told all at once', () => {
    const refusal = refusalOf(() =>
      watch(new PassThrough(), { keepalive: { idle: 1 }, strict: 'yes', probe: 1 } as never),
    );
    expect(refusal).toContain('keepalive.idle must be');
    expect(refusal).toContain('strict must be');
    expect(refusal).toContain('probe must be');
  });
});
