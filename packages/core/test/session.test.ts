import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Welcome } from '../src/rules/hello.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { LiveSession } from '../src/session/session.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { AckFrame, DataFrame, ValueFrame } from '../src/words/frame.ts';
import { bytesOf, closeFrame, PREAMBLE, welcomeFrame } from './support/connection-rig.ts';
import { FakeClock } from './support/fake-clock.ts';
import { fateOf, settle } from './support/fate.ts';
import { createSessionRig, type SessionRig } from './support/session-rig.ts';
import { textCodec } from './support/text-codec.ts';

function data(number: number, message: unknown = number): DataFrame {
  return { type: 'data', number, part: 'whole', payload: textCodec.encode(message) };
}

/** The peer is done with all up to this one; of other numbers it has nothing new to say. */
function ack(handled: number, changes: Partial<AckFrame> = {}): AckFrame {
  return { type: 'ack', received: handled, handled, settled: 0, read: 0, limit: 4_194_304, ...changes };
}

function value(number: number, result: unknown): ValueFrame {
  return { type: 'result', ok: true, number, part: 'whole', value: textCodec.encode(result) };
}

/** The events of a log, in order. */
function eventsOf(log: readonly string[]): string[] {
  return log.filter((line) => line.startsWith('tell ')).map((line) => line.slice(5));
}

function writesOf(log: readonly string[]): string[] {
  return log.filter((line) => line.startsWith('write ')).map((line) => line.slice(6));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('LiveSession: connecting', () => {
  it('knows nothing of its peer before the first connection', () => {
    const { session } = createSessionRig();
    expect([session.id, session.epoch, session.peer, session.address]).toEqual(['', 0, undefined, undefined]);
    expect(session.inspect()).toEqual({
      id: '',
      state: 'waiting',
      belief: 'dead',
      epoch: 0,
      rtt: undefined,
      silenceMs: undefined,
      missed: 0,
      allowed: undefined,
      queuedMessages: 0,
      queuedBytes: 0,
      credit: 0,
      unwrittenBytes: 0,
      bytesIn: 0,
      bytesOut: 0,
      upMs: undefined,
      lastCause: undefined,
    });
  });

  it('tells connect with the bound of 35,000 ms, after the write and the arming', async () => {
    const { session, told, open, take } = createSessionRig();
    open();
    expect(take()).toEqual(['write PREAMBLE, HELLO', 'arm 10000', 'arm 10000', 'arm 20000', 'tell connect']);
    const keepalive = { idleMs: 20_000, intervalMs: 5_000, probes: 3 };
    expect(told).toEqual([['connect', { epoch: 1, resumed: false, keepalive, boundMs: 35_000, raised: false }]]);
    expect(session.peer).toEqual({ boot: 'boot-1', metadata: { name: 'server' } });
    expect([session.epoch, session.address]).toEqual([1, '10.0.0.7:5000']);
    await settle();
    expect(eventsOf(take())).toEqual([]);
  });

  it('L1: tells connect without a bound where it does not watch', () => {
    const { told, open } = createSessionRig({ keepalive: false });
    open();
    expect(told[0]?.[1]).toEqual({ epoch: 1, resumed: false, keepalive: undefined, boundMs: undefined, raised: false });
  });

  it('has the identity that it is given', () => {
    const { session } = createSessionRig();
    session.identify('session-1');
    expect(session.id).toBe('session-1');
  });

  it('shows its state: connecting, open, closing, ended', async () => {
    const { session, clock, dial, open } = createSessionRig({ lasts: true });
    const first = dial();
    expect(session.inspect()).toMatchObject({ state: 'connecting', belief: 'alive', silenceMs: undefined, bytesIn: 0 });
    first.connection.handleClosed({ code: 'ECONNRESET', syscall: 'read' });
    expect(session.inspect()).toMatchObject({ state: 'waiting', belief: 'dead', lastCause: 'reset' });
    const { receive, transport } = open();
    clock.advanceTo(20_000);
    clock.moveTo(20_030);
    receive({ type: 'pong', number: 1 });
    clock.moveTo(21_000);
    transport.unwritten = 9;
    const fate = fateOf(session.send('abc'));
    const { bytesIn, bytesOut, rtt, ...snapshot } = session.inspect();
    expect(snapshot).toEqual({
      id: '',
      state: 'open',
      belief: 'alive',
      epoch: 2,
      silenceMs: 970,
      missed: 0,
      allowed: 3,
      queuedMessages: 1,
      queuedBytes: 5,
      credit: 4_194_304,
      unwrittenBytes: 9,
      upMs: 21_000,
      lastCause: 'reset',
    });
    expect([rtt?.latestMs, bytesIn > 50, bytesOut > 50]).toEqual([30, true, true]);
    void session.close();
    expect(session.inspect().state).toBe('closing');
    session.destroy();
    await settle();
    expect(session.inspect()).toMatchObject({ state: 'ended', queuedMessages: 0, lastCause: 'closed-locally' });
    expect(fate.now).toBe('ERR_CLOSED');
  });

  it('an attempt that fails is the last cause, and has no evidence but the error', () => {
    const { session, take } = createSessionRig({ lasts: true });
    session.failToDial('refused', 'ECONNREFUSED');
    expect(take()).toEqual([]);
    expect(session.inspect().lastCause).toBe('refused');
    expect(session.endings).toEqual([
      {
        cause: 'refused',
        evidence: {
          epoch: 0,
          phase: 'connecting',
          silenceMs: undefined,
          probesSent: 0,
          rttMs: undefined,
          stallMs: undefined,
          code: 'ECONNREFUSED',
          syscall: 'connect',
          detail: 'connect ECONNREFUSED',
          hint: undefined,
        },
        goodbye: undefined,
      },
    ]);
  });

  it('a handshake that fails tells no connect and no disconnect: only end', () => {
    const { clock, dial, take } = createSessionRig();
    dial();
    clock.advanceTo(10_000);
    expect(eventsOf(take())).toEqual(['end']);
  });

  it('takes no HELLO: it is established', () => {
    const { session } = createSessionRig();
    expect(() => session.handleHello()).toThrow(ProtocolError);
  });

  it('ends with its connection unless it is made to last', () => {
    const clock = new FakeClock();
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => logger };
    const parts = { clock, random: () => 0, codec: textCodec, logger, publish: () => {} };
    const session = new LiveSession(parts, resolveSessionOptions({}), undefined);
    const ended = vi.fn();
    session.on('end', ended);
    session.destroy();
    expect(ended.mock.calls).toMatchObject([[{ cause: 'closed-locally', evidence: { phase: 'connecting' } }]]);
  });
});

describe('LiveSession: the heartbeat', () => {
  it('publishes each PING, and tells suspect and alive with the length of the silence', () => {
    const { clock, open, take, told } = createSessionRig();
    const { receive } = open();
    take();
    clock.advanceTo(26_000);
    receive({ type: 'pong', number: 2 });
    expect(take().filter((line) => /tell|publish/.test(line))).toEqual([
      'publish probe',
      'publish probe',
      'tell suspect',
      'tell alive',
    ]);
    expect(told.slice(1)).toEqual([
      ['suspect', { epoch: 1, silenceMs: 25_000, probesSent: 2 }],
      ['alive', { epoch: 1, silenceMs: 26_000 }],
    ]);
  });

  it('L6: 1 connect, 1 suspect, 1 dead, 1 disconnect, 1 end, and then silence', () => {
    const { clock, open, take, told } = createSessionRig();
    const { receive, connection } = open();
    clock.advanceTo(100_000);
    expect(eventsOf(take())).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'end']);
    const [, , dead, disconnect, end] = told.map(([, payload]) => payload);
    expect(dead).toMatchObject({ epoch: 1, cause: 'silent', evidence: { silenceMs: 35_000, probesSent: 3 } });
    expect(disconnect).toEqual(dead);
    const { epoch: _, ...rest } = dead as { epoch: number };
    expect(end).toEqual(rest);
    receive(data(1));
    connection.handleEnd();
    clock.advanceTo(1e9);
    expect(take()).toEqual([]);
  });

  it.each(['eof', 'reset'])('L6: tells no dead where it is not our own verdict: %s', (cause) => {
    const { open, take } = createSessionRig();
    const { connection } = open();
    take();
    if (cause === 'eof') connection.handleEnd();
    else connection.handleClosed({ code: 'ECONNRESET', syscall: 'read' });
    expect(eventsOf(take())).toEqual(['disconnect', 'end']);
  });

  it('a listener that throws at every event stops nothing: 3 PINGs, a verdict, and 5 errors afterwards', () => {
    const later: (() => void)[] = [];
    const { session, clock, open, take } = createSessionRig();
    for (const name of ['connect', 'suspect', 'dead', 'disconnect', 'end'] as const) {
      session.on(name, () => {
        throw new Error(`at ${name}`);
      });
    }
    const enqueue = globalThis.queueMicrotask;
    vi.stubGlobal('queueMicrotask', (callback: () => void) => later.push(callback));
    open();
    clock.advanceTo(100_000);
    vi.stubGlobal('queueMicrotask', enqueue);
    expect(writesOf(take())).toEqual(['PREAMBLE, HELLO', 'PING 1', 'PING 2', 'PING 3', 'CLOSE connection judged-dead']);
    const errors = later.flatMap((callback) => {
      try {
        callback();
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    expect(errors).toEqual(['at connect', 'at suspect', 'at dead', 'at disconnect', 'at end']);
  });

  it.each<['destroy' | 'close']>([['destroy'], ['close']])(
    'L6: a listener of dead that calls %s() hears disconnect before end, each once',
    async (method) => {
      const { session, clock, open, take, told } = createSessionRig({ lasts: true });
      session.on('dead', () => void session[method]());
      open();
      clock.advanceTo(100_000);
      await settle();
      expect(eventsOf(take())).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'end']);
      expect(told.at(-1)?.[1]).toMatchObject({ cause: 'silent' });
    },
  );

  it('L6: a listener of disconnect that calls destroy() ends a session that would have lasted', () => {
    const { session, open, take } = createSessionRig({ lasts: true });
    session.on('disconnect', () => session.destroy());
    const { connection } = open();
    connection.handleEnd();
    expect(eventsOf(take())).toEqual(['connect', 'disconnect', 'end']);
    expect(session.inspect().state).toBe('ended');
  });

  it('ends by destroy() while it waits for its next connection', () => {
    const { session, open, take } = createSessionRig({ lasts: true });
    open().connection.handleEnd();
    expect(eventsOf(take())).toEqual(['connect', 'disconnect']);
    session.destroy();
    expect(eventsOf(take())).toEqual(['end']);
  });

  it('L6: a listener of connect that calls destroy() changes the order for nobody: the others hear connect first', () => {
    const { session, open, take } = createSessionRig();
    const heard: string[] = [];
    session.on('connect', () => session.destroy());
    for (const name of ['connect', 'disconnect', 'end'] as const) session.on(name, () => heard.push(name));
    open();
    expect(heard).toEqual(['connect', 'disconnect', 'end']);
    expect(eventsOf(take())).toEqual(['connect', 'disconnect', 'end']);
    expect(session.inspect().state).toBe('ended');
  });

  it('L6: who destroys it before connect is told hears neither connect nor disconnect', async () => {
    const { session, open, take } = createSessionRig();
    session.onBeforeConnect = () => session.destroy();
    open();
    await settle();
    expect(eventsOf(take())).toEqual(['end']);
  });

  it('L9: the late end of a connection touches nothing of the one that has followed it', async () => {
    const { session, open, take } = createSessionRig({ lasts: true });
    session.identify('session-1'); // which WELCOME names: it is resumed
    const old = open();
    const sent = fateOf(session.send('x'));
    await settle();
    const next = open();
    take();
    old.connection.destroy('closed-locally');
    await settle();
    expect(eventsOf(take())).toEqual([]);
    expect([session.inspect().state, session.epoch, sent.now]).toEqual(['open', 2, 'pending']);
    next.connection.handleEnd();
    await settle();
    expect(eventsOf(take())).toEqual(['disconnect']);
  });
});

describe('LiveSession: verify', () => {
  it('sends a PING now, 19 s before idle is over, and resolves with the round trip of 40 ms', async () => {
    const { session, clock, open } = createSessionRig();
    const { receive, transport } = open();
    clock.advanceTo(1_000);
    const verified = session.verify();
    await Promise.resolve();
    expect(transport.frames.at(-1)).toEqual({ type: 'ping', number: 1 });
    clock.advanceTo(1_040);
    receive({ type: 'pong', number: 1 });
    expect(await verified).toBe(40);
  });

  it.each([{}, { keepalive: false } as const])(
    'sends a PING now each time it is asked, 1 s after the last, with %o',
    async (options) => {
      const { session, clock, open } = createSessionRig(options);
      const { receive, transport } = open();
      for (const number of [1, 2, 3]) {
        clock.advanceTo(1_000 * number);
        const verified = session.verify();
        await Promise.resolve();
        expect(transport.frames.at(-1)).toEqual({ type: 'ping', number });
        clock.advanceTo(1_000 * number + 40);
        receive({ type: 'pong', number });
        expect(await verified).toBe(40);
      }
    },
  );

  it('waits for 1 s after a PING that idle asked for, as the peer counts both', async () => {
    const { session, clock, open } = createSessionRig();
    const { receive, transport } = open();
    clock.advanceTo(1_000);
    const first = session.verify();
    await Promise.resolve();
    receive({ type: 'pong', number: 1 });
    await first;
    clock.advanceTo(21_000);
    expect(transport.frames.at(-1)).toEqual({ type: 'ping', number: 2 });
    receive({ type: 'pong', number: 2 });
    clock.advanceTo(21_500);
    const second = session.verify();
    clock.advanceTo(21_999);
    await Promise.resolve();
    expect(transport.frames.at(-1)).toEqual({ type: 'ping', number: 2 });
    clock.advanceTo(22_000);
    await Promise.resolve();
    expect(transport.frames.at(-1)).toEqual({ type: 'ping', number: 3 });
    receive({ type: 'pong', number: 3 });
    await second;
  });

  it('finds a dead peer after 15 s, and rejects with its cause', async () => {
    const { session, clock, open, told } = createSessionRig();
    open();
    clock.advanceTo(1_000);
    const verified = session.verify();
    await Promise.resolve();
    clock.advanceTo(16_000);
    await expect(verified).rejects.toMatchObject({
      code: 'ERR_UNVERIFIED',
      message: 'the connection ended before PONG came: silent',
    });
    expect(told.map(([name]) => name)).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'end']);
  });

  it('rejects while the handshake is under way, and 0 PINGs are sent behind it', async () => {
    const { session, dial, take } = createSessionRig();
    const { connection, receive } = dial();
    await expect(session.verify()).rejects.toMatchObject({ code: 'ERR_UNVERIFIED' });
    connection.handleBytes(PREAMBLE);
    receive(welcomeFrame({ codec: 'text' }));
    expect(writesOf(take())).toEqual(['PREAMBLE, HELLO']);
  });

  it('rejects without a connection: before the first, between two, and behind the last', async () => {
    const { session, open } = createSessionRig({ lasts: true });
    const unverified = { code: 'ERR_UNVERIFIED', message: 'the peer must be connected to be verified' };
    await expect(session.verify()).rejects.toMatchObject(unverified);
    open().connection.handleEnd();
    await expect(session.verify()).rejects.toMatchObject(unverified);
    session.destroy();
    await expect(session.verify()).rejects.toMatchObject(unverified);
  });
});

describe('LiveSession: messages', () => {
  it('sends what was queued before the first connection in 1 write, once connect is told', async () => {
    const { session, open, take } = createSessionRig();
    const fates = ['a', 'b'].map((message) => fateOf(session.send(message)));
    const { receive } = open();
    await settle();
    const log = take();
    expect(log.indexOf('tell connect')).toBeLessThan(log.indexOf('write DATA 1, DATA 2'));
    receive(value(1, 'A'), ack(2));
    await settle();
    expect(fates.map(({ now }) => now)).toEqual(['A', undefined]);
  });

  it('sends 3 messages of one turn in 1 write', async () => {
    const { session, open, take } = createSessionRig();
    open();
    await settle();
    take();
    for (const message of ['a', 'b', 'c']) void session.send(message);
    expect(take()).toEqual([]);
    await settle();
    expect(writesOf(take())).toEqual(['DATA 1, DATA 2, DATA 3']);
  });

  it('hands messages to the handler with the session, and answers 2 of one chunk in 1 write', async () => {
    const taken: unknown[] = [];
    const { session, open, take } = createSessionRig({
      handler: (message, from) => {
        taken.push([message, from === session]);
        return message === 'ask' ? 'answer' : undefined;
      },
    });
    const { receive } = open();
    await settle();
    take();
    receive(data(1, 'ask'), data(2, 'tell'));
    expect(take()).toEqual(['arm 20000']); // write and arm first: the handler runs behind them
    expect(taken).toEqual([
      ['ask', true],
      ['tell', true],
    ]);
    await settle();
    expect(writesOf(take())).toEqual(['RESULT 1, ACK 2 of 2']);
  });

  it('takes a message that comes in one chunk with WELCOME, behind connect', () => {
    const order: string[] = [];
    const { session, dial } = createSessionRig({ handler: () => void order.push('handled') });
    session.on('connect', () => order.push('connect'));
    const { connection } = dial();
    connection.handleBytes(PREAMBLE);
    connection.handleBytes(bytesOf(welcomeFrame({ codec: 'text' }), data(1)));
    expect(order).toEqual(['connect', 'handled']);
  });

  it('refuses messages with no-handler where there is none', async () => {
    const { open, take, session } = createSessionRig();
    const { receive } = open();
    receive(data(1));
    await settle();
    expect(writesOf(take()).at(-1)).toBe('RESULT 1 no-handler, ACK 1 of 1');
    expect(session.inspect().state).toBe('open');
  });

  it('D5: a handler that does not come back holds up messages by credit only: PINGs are answered, and nothing pauses', async () => {
    const finish: (() => void)[] = [];
    const handler = (): Promise<void> => new Promise((resolve) => void finish.push(resolve));
    const { open, take, session } = createSessionRig({ handler, maxMessageBytes: 100, maxUnhandledBytes: 300 });
    const { receive, transport } = open();
    await settle();
    take();
    receive(data(1), data(2), { type: 'ping', number: 1 }); // 2 x 129, of a credit of 300
    expect(take()).toEqual(['write PONG 1, ACK 0 of 2', 'arm 20000']);
    expect(transport.frames.at(-1)).toMatchObject({ received: 2, handled: 0, limit: 300 });
    finish[0]?.();
    await settle();
    expect(transport.frames.at(-1)).toMatchObject({ received: 2, handled: 1, limit: 429 });
    receive(data(3), data(4));
    expect(session.inspect().lastCause).toBe('protocol-error');
  });

  it('W5: waits for credit, and shows what is left of it: 128 and its own bytes for each message', async () => {
    const { session, dial, take } = createSessionRig();
    const { connection, receive } = dial();
    expect(session.inspect().credit).toBe(0);
    connection.handleBytes(PREAMBLE);
    receive(welcomeFrame({ codec: 'text', credit: 300 }));
    expect(session.inspect().credit).toBe(300);
    for (const message of [1, 2, 3]) void session.send(message);
    await settle();
    expect(writesOf(take()).at(-1)).toBe('DATA 1, DATA 2');
    expect(session.inspect().credit).toBe(300 - 2 * 129);
    receive(ack(0, { received: 2, limit: 386 }));
    expect(writesOf(take())).toEqual([]);
    receive(ack(0, { received: 2, limit: 387 }));
    expect(writesOf(take())).toEqual(['DATA 3']);
    expect(session.inspect().credit).toBe(0);
  });

  it('hands back all that were queued before it was known that the peer takes 3 bytes at most, and sends the others', async () => {
    const { session, dial, take } = createSessionRig({ maxQueuedMessages: 4, maxWaiters: 2 });
    const messages = ['a', 'too large', 'b', 'too large', 'too large', 'c']; // the last 2 wait for room
    const fates = messages.map((message) => fateOf(session.send(message)));
    const { connection, receive } = dial();
    connection.handleBytes(PREAMBLE);
    receive(welcomeFrame({ codec: 'text', maxMessageBytes: 3 }));
    await settle();
    expect(writesOf(take()).at(-1)).toBe('DATA 1, DATA 2, DATA 3');
    receive(ack(3));
    await settle();
    const tooLarge = 'ERR_TOO_LARGE';
    expect(fates.map(({ now }) => now)).toEqual([undefined, tooLarge, undefined, tooLarge, tooLarge, undefined]);
  });

  it('D3: is writable until 2 messages of at most 2 wait, and again when 1 is handled', async () => {
    const { session, open } = createSessionRig({ maxQueuedMessages: 2 });
    const { receive } = open();
    expect(session.writable).toBe(true);
    void session.send('a').catch(() => {});
    expect(session.writable).toBe(true);
    void session.send('b').catch(() => {});
    expect(session.writable).toBe(false);
    await settle();
    receive(ack(1));
    expect(session.writable).toBe(true);
    void session.close().catch(() => {});
    expect(session.writable).toBe(false);
    session.destroy();
    expect(session.writable).toBe(false);
  });

  it('posts messages in their order among those that are sent, says when to wait, and refuses the 1st one too many', async () => {
    const { session, open, take } = createSessionRig({ maxQueuedMessages: 3 });
    const { receive, transport } = open();
    await settle();
    take();
    const before = session.post('a');
    const fate = fateOf(session.send('b'));
    expect([before, session.post('c')]).toEqual([true, false]);
    expect(() => session.post('d')).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_FULL' }));
    await settle();
    expect(transport.frames.slice(-3)).toEqual([data(1, 'a'), data(2, 'b'), data(3, 'c')]);
    receive({ type: 'result', ok: false, number: 1, code: 'oops', text: 'nobody hears it' }, value(2, 'B'), ack(3));
    await settle();
    expect(fate.now).toBe('B');
    expect(eventsOf(take())).toEqual(['drain']);
  });

  it('posts nothing once it is closing, and once it has ended', async () => {
    const { session, open } = createSessionRig();
    open();
    const closed = session.close();
    const post = (): boolean => session.post('late');
    expect(post).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    session.destroy();
    await closed;
    expect(post).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
  });

  it('tells drain when the queue is empty after ERR_QUEUE_FULL, behind the write and the arming', async () => {
    const { session, open, take } = createSessionRig({ maxQueuedMessages: 1 });
    const { receive } = open();
    const sent = session.send('a');
    await expect(session.send('b')).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    await settle();
    take();
    receive(ack(1), { type: 'ping', number: 1 });
    expect(take()).toEqual(['write PONG 1, ACK 0 of 0', 'arm 20000']); // it has the outcome of 1
    await sent;
    await settle();
    expect(eventsOf(take())).toEqual(['drain']);
  });

  it('L6: tells no drain behind end', async () => {
    const { session, open, take } = createSessionRig({ maxQueuedMessages: 1 });
    open();
    const fate = fateOf(session.send('a'));
    await expect(session.send('b')).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    session.destroy();
    await settle();
    expect(eventsOf(take())).toEqual(['connect', 'disconnect', 'end']);
    expect(fate.now).toBe('ERR_IN_DOUBT');
  });

  it('ends with protocol-error where the peer answers a message that was never sent', () => {
    const { open, take, told } = createSessionRig();
    const { receive } = open();
    take();
    receive(ack(1));
    expect(eventsOf(take())).toEqual(['disconnect', 'end']);
    expect(told.at(-1)?.[1]).toMatchObject({
      cause: 'protocol-error',
      evidence: { detail: 'ACK for message 1, where 0 was the last one sent' },
    });
  });
});

describe('LiveSession: resumption', () => {
  /** A session that has sent 3 messages on a connection that is lost. The peer has acknowledged 1 of them. */
  async function createLost() {
    const rig = createSessionRig({ lasts: true, handler: (message) => `re: ${message}` });
    rig.session.identify('session-1');
    const { receive, connection } = rig.open();
    const fates = ['a', 'b', 'c'].map((message) => fateOf(rig.session.send(message)));
    await settle();
    receive(ack(1));
    connection.handleEnd();
    await settle();
    rig.take();
    return { ...rig, fates: () => fates.map(({ now }) => now) };
  }

  it('D2: keeps what was sent while it waits for the next connection', async () => {
    const { session, fates } = await createLost();
    expect(fates()).toEqual([undefined, 'pending', 'pending']);
    expect(session.inspect()).toMatchObject({ state: 'waiting', queuedMessages: 2, queuedBytes: 6, credit: 0 });
  });

  it('D2: sends again what the peer does not have, 1 of 2, with its number, once connect was told', async () => {
    const { open, take, told, fates } = await createLost();
    const { receive, transport } = open({ received: 2 });
    await settle();
    const log = take();
    expect(writesOf(log)).toEqual(['PREAMBLE, HELLO', 'DATA 3']);
    expect(log.indexOf('tell connect')).toBeLessThan(log.indexOf('write DATA 3'));
    expect(transport.frames.at(-1)).toEqual(data(3, 'c'));
    expect(told.at(-1)).toMatchObject(['connect', { epoch: 2, resumed: true }]);
    receive(value(2, 'B'), ack(3));
    await settle();
    expect(fates()).toEqual([undefined, 'B', undefined]);
  });

  it('numbers go on: the first message on the new connection is 4', async () => {
    const { session, open } = await createLost();
    const { transport } = open({ received: 3 });
    void session.send('d');
    await settle();
    expect(transport.frames.at(-1)).toEqual(data(4, 'd'));
  });

  it('D4: where the peer has another session, what was sent is in doubt, and what was not goes out as number 1', async () => {
    const { session, open, take, told, fates } = await createLost();
    const unsent = fateOf(session.send('d'));
    const { receive } = open({ session: 'session-2', received: 9, settled: 9 }); // which are nothing to us
    await settle();
    expect(fates()).toEqual([undefined, 'ERR_IN_DOUBT', 'ERR_IN_DOUBT']);
    expect(writesOf(take()).at(-1)).toBe('DATA 1');
    expect(told.at(-1)).toMatchObject(['connect', { resumed: false }]);
    receive(ack(1));
    await settle();
    expect(unsent.now).toBeUndefined();
  });

  it('D2: answers are kept across connections until the peer has them: 2 of 3 are sent again, and no handler runs twice', async () => {
    const handled: unknown[] = [];
    const { session, open, take } = createSessionRig({
      lasts: true,
      handler: (message) => {
        handled.push(message);
        return `re: ${message}`;
      },
    });
    session.identify('session-1');
    const first = open();
    first.receive(data(1), data(2), data(3));
    await settle();
    expect(writesOf(take()).at(-1)).toBe('RESULT 1, RESULT 2, RESULT 3, ACK 3 of 3');
    first.connection.handleEnd();
    const { transport } = open({ settled: 1 });
    await settle();
    expect(writesOf(take())).toEqual(['PREAMBLE, HELLO', 'RESULT 2, RESULT 3']);
    expect(transport.frames.slice(-2)).toEqual([value(2, 're: 2'), value(3, 're: 3')]);
    expect(handled).toEqual([1, 2, 3]);
  });

  it.each<[string, Partial<Welcome>, string]>([
    ['has message 4 of 3', { received: 4 }, 'received 4, where 1 to 3 are possible'],
    ['has lost message 1', { received: 0 }, 'received 0, where 1 to 3 are possible'],
    ['has the outcome of a message it never sent', { received: 3, settled: 1 }, 'settled 1, where 0 to 0 are possible'],
  ])(
    'ends the connection with protocol-error where the peer that resumes %s, and tells no connect',
    async (_, peer, gap) => {
      const { session, open, take } = await createLost();
      open(peer);
      expect(writesOf(take())).toEqual(['PREAMBLE, HELLO', 'CLOSE connection protocol-error']);
      expect(eventsOf(take())).toEqual([]);
      expect(session.endings.at(-1)).toMatchObject({
        cause: 'protocol-error',
        evidence: { detail: `the peer resumes from ${gap}` },
      });
    },
  );

  it('ends the connection with protocol-error where a peer resumes from message 1 of a session without messages', () => {
    const { session, open } = createSessionRig({ lasts: true });
    session.identify('session-1');
    open({ received: 1 });
    const detail = 'the peer resumes from received 1 and settled 0, where there were no messages';
    expect(session.endings).toMatchObject([{ cause: 'protocol-error', evidence: { detail } }]);
  });

  it('takes DATA, RESULT and ACK that come in one chunk with the WELCOME that resumes it', async () => {
    const { dial, fates, take } = await createLost();
    const { connection } = dial();
    connection.handleBytes(PREAMBLE);
    const frames = [welcomeFrame({ codec: 'text', received: 3 }), data(1, 'x'), value(2, 'B'), ack(3)];
    connection.handleBytes(bytesOf(...frames));
    await settle();
    expect(fates()).toEqual([undefined, 'B', undefined]);
    expect(writesOf(take()).at(-1)).toBe('RESULT 1, ACK 1 of 1');
  });

  it('D6: is told that it was superseded, with the boot id of the winner', () => {
    const { session, open } = createSessionRig({ lasts: true });
    const { transport } = open();
    session.supersede('boot-9');
    expect(transport.frames.at(-1)).toEqual(closeFrame({ scope: 'connection', code: 'superseded', reason: 'boot-9' }));
    expect(session.endings).toMatchObject([{ cause: 'superseded' }]);
    session.supersede('boot-9'); // without a connection there is nobody to tell
    expect(session.endings.length).toBe(1);
  });
});

describe('LiveSession: closing', () => {
  it('says CLOSE behind the 2 messages that wait, with the number of the last message taken', async () => {
    const { session, open, take } = createSessionRig({ handler: () => {} });
    const { receive, transport } = open();
    receive(data(1), data(2));
    await settle();
    take();
    void session.send('a').catch(() => {});
    void session.send('b').catch(() => {});
    void session.close('enough');
    await settle();
    expect(writesOf(take())).toEqual(['DATA 1, DATA 2, CLOSE session normal']);
    expect(transport.frames.at(-1)).toEqual(closeFrame({ lastAccepted: 2, reason: 'enough' }));
  });

  it('says CLOSE with lastAccepted 0 where no message ever came', async () => {
    const { session, open } = createSessionRig();
    const { transport } = open();
    void session.close();
    await settle();
    expect(transport.frames.at(-1)).toEqual(closeFrame());
  });

  it('rejects a message with ERR_CLOSED once it is closing, and once it has ended', async () => {
    const { session, open } = createSessionRig();
    open();
    const closing = session.close();
    await expect(session.send('late')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    session.destroy();
    await closing;
    await expect(session.send('late')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('hands a message back with ERR_CLOSED that ends the session while it is encoded', async () => {
    const { session, open } = createSessionRig();
    open();
    const message = {
      get value() {
        session.destroy();
        return 1;
      },
    };
    await expect(session.send(message)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(session.inspect()).toMatchObject({ state: 'ended', queuedMessages: 0 });
  });

  it('takes no message that comes behind its own CLOSE', async () => {
    const handler = vi.fn();
    const { session, open } = createSessionRig({ handler });
    const { receive, transport } = open();
    receive(data(1));
    await settle();
    void session.close();
    await settle();
    receive(data(2), data(3));
    await settle();
    expect(handler.mock.calls.map(([message]) => message)).toEqual([1]);
    expect(transport.frames.at(-1)).toEqual(closeFrame({ lastAccepted: 1 }));
  });

  it('ends at once without a connection: messages that wait are handed back with ERR_CLOSED', async () => {
    const { session, take, told } = createSessionRig({ lasts: true });
    const fate = fateOf(session.send('x'));
    await session.close();
    expect(eventsOf(take())).toEqual(['end']);
    expect(told[0]?.[1]).toMatchObject({ cause: 'closed-locally', evidence: { phase: 'connecting', code: undefined } });
    expect(fate.now).toBe('ERR_CLOSED');
  });

  it('ends at once while it connects', async () => {
    const { session, dial, take } = createSessionRig({ lasts: true });
    dial();
    take();
    await session.close();
    expect(take()).toEqual(['disarm', 'destroy', 'tell end']);
  });

  it('resolves at end, for each of 3 who close it, and after it', async () => {
    const { session, open, take } = createSessionRig();
    const { receive, connection } = open();
    const closed = [fateOf(session.close()), fateOf(session.close()), fateOf(session[Symbol.asyncDispose]())];
    await settle();
    receive(closeFrame());
    await settle();
    expect(closed.map(({ now }) => now)).toEqual(['pending', 'pending', 'pending']);
    connection.handleEnd();
    connection.handleClosed();
    await settle();
    expect(closed.map(({ now }) => now)).toEqual([undefined, undefined, undefined]);
    await session.close();
    expect(writesOf(take()).filter((write) => write.includes('CLOSE')).length).toBe(1);
  });

  it('destroys without a CLOSE: sent messages are in doubt, unsent ones are closed, and once is enough', async () => {
    const { session, open, take } = createSessionRig({ lasts: true });
    open();
    const fates = [fateOf(session.send('sent'))];
    await settle();
    fates.push(fateOf(session.send('unsent')));
    take();
    session.destroy();
    session.destroy();
    await settle();
    expect(take()).toEqual(['disarm', 'destroy', 'tell disconnect', 'tell end']);
    expect(fates.map(({ now }) => now)).toEqual(['ERR_IN_DOUBT', 'ERR_CLOSED']);
  });

  it('answers the goodbye of the peer with its own words, and sends FIN as nothing is owed', async () => {
    const { open, take } = createSessionRig();
    const { receive, transport } = open();
    await settle();
    take();
    receive(closeFrame({ code: 'going-away', retryAfterMs: 500, spreadMs: 100, reason: 'restart' }));
    await settle();
    expect(take()).toEqual(['write CLOSE session going-away', 'arm 5000', 'FIN', 'arm 5000', 'arm 5000']);
    expect(transport.frames.at(-1)).toEqual(closeFrame({ code: 'going-away' }));
  });

  it('hands back with ERR_CLOSED what the goodbye of the session has not accepted: 1 of 2', async () => {
    const { session, open } = createSessionRig();
    const { receive } = open();
    const fates = ['a', 'b'].map((message) => fateOf(session.send(message)));
    await settle();
    receive(closeFrame({ lastAccepted: 1 }));
    await settle();
    expect(fates.map(({ now }) => now)).toEqual(['pending', 'ERR_CLOSED']);
    receive(ack(1));
    await settle();
    expect(fates.map(({ now }) => now)).toEqual([undefined, 'ERR_CLOSED']);
  });

  it('a goodbye of the connection only: what it has not accepted goes out on the next one, and messages are taken meanwhile', async () => {
    const { session, open, take } = createSessionRig({ lasts: true });
    const first = open();
    const fates = ['a', 'b'].map((message) => fateOf(session.send(message)));
    await settle();
    first.receive(ack(1), closeFrame({ scope: 'connection', code: 'going-away', lastAccepted: 1 }));
    await settle();
    expect(session.inspect().state).toBe('closing');
    fates.push(fateOf(session.send('c')));
    first.connection.handleEnd();
    first.connection.handleClosed();
    await settle();
    expect(eventsOf(take())).toEqual(['connect', 'disconnect']);
    expect(session.inspect()).toMatchObject({ state: 'waiting', lastCause: 'going-away', queuedMessages: 2 });
    const second = open();
    await settle();
    expect(writesOf(take()).at(-1)).toBe('DATA 1, DATA 2');
    second.receive(ack(2));
    await settle();
    expect(fates.map(({ now }) => now)).toEqual([undefined, undefined, undefined]);
  });

  it('a goodbye of the session ends one that would have lasted', async () => {
    const { session, open, take } = createSessionRig({ lasts: true });
    const { receive, connection } = open();
    receive(closeFrame());
    await settle();
    connection.handleEnd();
    connection.handleClosed();
    expect(eventsOf(take())).toEqual(['connect', 'disconnect', 'end']);
    expect(session.inspect().state).toBe('ended');
  });

  it('the first of 2 reasons is said', async () => {
    const { session, open } = createSessionRig();
    const { transport } = open();
    void session.close('one');
    void session.close('two');
    await settle();
    expect(transport.frames.at(-1)).toEqual(closeFrame({ reason: 'one' }));
  });

  it('close() after a goodbye of the connection ends the session too, with 1 CLOSE', async () => {
    const { session, open, take } = createSessionRig({ lasts: true });
    const { receive, connection } = open();
    receive(closeFrame({ scope: 'connection', code: 'going-away' }));
    await settle();
    const closed = fateOf(session.close());
    await settle();
    connection.handleEnd();
    connection.handleClosed();
    await settle();
    expect(closed.now).toBeUndefined();
    expect(eventsOf(take())).toEqual(['connect', 'disconnect', 'end']);
    expect(connection.isOpen).toBe(false);
  });

  it.each([true, false])(
    'a goodbye of its own that means the connection only ends what does not last with it: lasts %s',
    async (lasts) => {
      const { session, open, take } = createSessionRig({ lasts });
      const { receive, connection, transport } = open();
      const hint = { retryAfterMs: 9_000, spreadMs: 99, reason: 'bye' };
      session.beginGoodbye({ scope: 'connection', code: 'going-away', ...hint });
      await settle();
      expect(transport.frames.at(-1)).toEqual(closeFrame({ scope: 'connection', code: 'going-away', ...hint }));
      const fate = fateOf(session.send('still taken'));
      receive(closeFrame({ scope: 'connection', code: 'going-away' }));
      await settle();
      connection.handleEnd();
      connection.handleClosed();
      await settle();
      expect(eventsOf(take())).toEqual(lasts ? ['connect', 'disconnect'] : ['connect', 'disconnect', 'end']);
      expect([session.inspect().state, fate.now]).toEqual(lasts ? ['waiting', 'pending'] : ['ended', 'ERR_CLOSED']);
    },
  );

  it('resolves a goodbye that is said behind the end', async () => {
    const { session } = createSessionRig();
    session.destroy();
    await session.sayGoodbye(closeFrame());
  });

  it('a goodbye of the session waits until all that was taken on is sent: 2 messages and credit for 1', async () => {
    const { session, dial, take } = createSessionRig();
    const { connection, receive, transport } = dial();
    connection.handleBytes(PREAMBLE);
    receive(welcomeFrame({ codec: 'text', credit: 129 }));
    const fates = [1, 2].map((message) => fateOf(session.send(message)));
    void session.close();
    await settle();
    expect(writesOf(take()).at(-1)).toBe('DATA 1');
    receive(ack(1, { limit: 258 }));
    expect(writesOf(take())).toEqual(['DATA 2, ACK 0 of 0, CLOSE session normal']);
    receive(ack(2, { limit: 387 }), closeFrame({ lastAccepted: 2 }));
    await settle();
    expect(fates.map(({ now }) => now)).toEqual([undefined, undefined]);
    expect(transport.frames.at(-1)?.type).toBe('close');
    expect(take()).toContain('FIN');
  });

  it('a goodbye of the session waits for the 2 messages, too, that wait for room in a queue of 1', async () => {
    const { session, open, take } = createSessionRig({ maxQueuedMessages: 1, maxWaiters: 2 });
    const { receive } = open();
    const fates = [1, 2, 3].map((message) => fateOf(session.send(message)));
    void session.close();
    await settle();
    expect(writesOf(take()).at(-1)).toBe('DATA 1');
    receive(ack(1));
    expect(writesOf(take())).toEqual(['DATA 2, ACK 0 of 0']);
    receive(ack(2));
    expect(writesOf(take())).toEqual(['DATA 3, ACK 0 of 0, CLOSE session normal']);
    receive(ack(3));
    await settle();
    expect(fates.map(({ now }) => now)).toEqual([undefined, undefined, undefined]);
  });

  it('a goodbye of the session is said as soon as the message that it waited for is given up', async () => {
    const { session, dial, take } = createSessionRig();
    const { connection, receive } = dial();
    connection.handleBytes(PREAMBLE);
    receive(welcomeFrame({ codec: 'text', credit: 0 }));
    const patience = new AbortController();
    const fate = fateOf(session.send('x', { signal: patience.signal }));
    void session.close();
    await settle();
    take();
    patience.abort();
    await settle();
    expect(fate.now).toBe('ERR_ABORTED');
    expect(writesOf(take())).toEqual(['CLOSE session normal']);
  });

  it('a goodbye of the connection waits for nothing: what it has not sent goes out on the next one', async () => {
    const { session, dial, open, take } = createSessionRig({ lasts: true });
    session.identify('session-1');
    const { connection, receive } = dial();
    connection.handleBytes(PREAMBLE);
    receive(welcomeFrame({ codec: 'text', credit: 129 }));
    const fates = [1, 2].map((message) => fateOf(session.send(message)));
    session.beginGoodbye(closeFrame({ scope: 'connection', code: 'going-away' }));
    await settle();
    expect(writesOf(take()).at(-1)).toBe('DATA 1, CLOSE connection going-away');
    receive(ack(1, { limit: 4_096 }), closeFrame({ scope: 'connection', code: 'going-away', lastAccepted: 1 }));
    await settle();
    expect(take()).toContain('FIN'); // behind its goodbye it sends no message, although there is credit
    connection.handleClosed();
    open({ received: 1 });
    await settle();
    expect(writesOf(take()).at(-1)).toBe('DATA 2');
    expect(fates.map(({ now }) => now)).toEqual([undefined, 'pending']);
  });

  it.each<[string, number]>([
    ['where 1 was sent', 1],
    ['where none was ever sent', 0],
  ])('ends with protocol-error for a goodbye that has accepted 2 messages, %s', async (_, count) => {
    const { session, open, told, take } = createSessionRig({ lasts: true });
    const { receive } = open();
    if (count > 0) void session.send('a').catch(() => {});
    await settle();
    receive(closeFrame({ lastAccepted: 2 }));
    expect(writesOf(take()).at(-1)).toBe('CLOSE connection protocol-error');
    const detail = `CLOSE for message 2, where ${count} was the last one sent`;
    expect(told.at(-1)).toMatchObject(['end', { cause: 'protocol-error', evidence: { detail } }]);
  });
});

// We have sent 1 message, which awaits its answer; 1 message of the peer's is with our handler. Four things now happen, in
// any order: we close; the peer's CLOSE comes; both answers (ACK comes, our handler is done); the peer's FIN comes. Whatever
// comes after the end must change nothing.
describe('LiveSession: the closing state, as a table', () => {
  type Row = [names: string, cause: string, ours: 'handled' | 'in doubt', isFinSent: boolean];

  const CLOSE_TIMEOUT_MS = 5_000;

  async function createBusy() {
    let finish: () => void = () => {};
    const handler = (): Promise<void> =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const rig: SessionRig = createSessionRig({ handler });
    const line = rig.open();
    const fate = fateOf(rig.session.send('ours'));
    line.receive(data(1, 'theirs'));
    await settle();
    rig.take();
    const steps: Readonly<Record<string, () => void>> = {
      close: () => void rig.session.close(),
      CLOSE: () => line.receive(closeFrame({ lastAccepted: 1 })),
      answers: () => {
        line.receive(ack(1));
        finish();
      },
      FIN: () => line.connection.handleEnd(),
    };
    return {
      ...rig,
      ...line,
      fate,
      happen: async (names: string) => {
        for (const name of names.split(' ')) {
          steps[name]?.();
          await settle();
        }
      },
      outcome: () => ({
        events: eventsOf(rig.log),
        cause: rig.session.endings[0]?.cause,
        ours: fate.now,
        fins: rig.log.filter((line) => line === 'FIN').length,
        closes: rig.log.filter((line) => line.includes('CLOSE')).length,
      }),
    };
  }

  // What happens | how it ends | what became of our message | whether we have sent FIN
  const ORDERS: readonly Row[] = [
    ['close CLOSE answers FIN', 'closed-locally', 'handled', true],
    ['close CLOSE FIN answers', 'closed-locally', 'in doubt', false],
    ['close answers CLOSE FIN', 'closed-locally', 'handled', true],
    ['close answers FIN CLOSE', 'eof', 'handled', false],
    ['close FIN CLOSE answers', 'eof', 'in doubt', false],
    ['close FIN answers CLOSE', 'eof', 'in doubt', false],
    ['CLOSE close answers FIN', 'closed-by-peer', 'handled', true],
    ['CLOSE close FIN answers', 'closed-by-peer', 'in doubt', false],
    ['CLOSE answers close FIN', 'closed-by-peer', 'handled', true],
    ['CLOSE answers FIN close', 'closed-by-peer', 'handled', true],
    ['CLOSE FIN close answers', 'closed-by-peer', 'in doubt', false],
    ['CLOSE FIN answers close', 'closed-by-peer', 'in doubt', false],
    ['answers close CLOSE FIN', 'closed-locally', 'handled', true],
    ['answers close FIN CLOSE', 'eof', 'handled', false],
    ['answers CLOSE close FIN', 'closed-by-peer', 'handled', true],
    ['answers CLOSE FIN close', 'closed-by-peer', 'handled', true],
    ['answers FIN close CLOSE', 'eof', 'handled', false],
    ['answers FIN CLOSE close', 'eof', 'handled', false],
    ['FIN close CLOSE answers', 'eof', 'in doubt', false],
    ['FIN close answers CLOSE', 'eof', 'in doubt', false],
    ['FIN CLOSE close answers', 'eof', 'in doubt', false],
    ['FIN CLOSE answers close', 'eof', 'in doubt', false],
    ['FIN answers close CLOSE', 'eof', 'in doubt', false],
    ['FIN answers CLOSE close', 'eof', 'in doubt', false],
  ];

  it.each(ORDERS)('%s: %s, our message is %s, FIN: %s', async (names, cause, ours, isFinSent) => {
    const busy = await createBusy();
    await busy.happen(names);
    busy.connection.handleClosed(); // the socket is gone, at the latest now
    await settle();
    const isSaid = /close.*FIN|CLOSE.*FIN/.test(names);
    expect(busy.outcome()).toEqual({
      events: ['disconnect', 'end'],
      cause,
      ours: ours === 'handled' ? undefined : 'ERR_IN_DOUBT',
      fins: isFinSent ? 1 : 0,
      closes: isSaid ? 1 : 0,
    });
    expect(busy.clock.alarmsSet).toBe(0);
  });

  // The same without the peer's FIN: after 5,000 ms since the first goodbye it is over.
  const WITHOUT_FIN: readonly Row[] = [
    ['close', 'closed-locally', 'in doubt', false],
    ['close CLOSE', 'closed-locally', 'in doubt', false],
    ['close answers', 'closed-locally', 'handled', false],
    ['close CLOSE answers', 'closed-locally', 'handled', true],
    ['close answers CLOSE', 'closed-locally', 'handled', true],
    ['CLOSE', 'closed-by-peer', 'in doubt', false],
    ['CLOSE close', 'closed-by-peer', 'in doubt', false],
    ['CLOSE answers', 'closed-by-peer', 'handled', true],
    ['CLOSE close answers', 'closed-by-peer', 'handled', true],
    ['CLOSE answers close', 'closed-by-peer', 'handled', true],
    ['answers close', 'closed-locally', 'handled', false],
    ['answers close CLOSE', 'closed-locally', 'handled', true],
    ['answers CLOSE', 'closed-by-peer', 'handled', true],
    ['answers CLOSE close', 'closed-by-peer', 'handled', true],
  ];

  it.each(WITHOUT_FIN)(
    '%s, and no FIN for 5,000 ms: %s, our message is %s, FIN: %s',
    async (names, cause, ours, isFinSent) => {
      const busy = await createBusy();
      await busy.happen(names);
      busy.clock.advanceTo(CLOSE_TIMEOUT_MS - 1);
      expect(busy.outcome().events).toEqual([]);
      busy.clock.advanceTo(CLOSE_TIMEOUT_MS);
      await settle();
      expect(busy.outcome()).toEqual({
        events: ['disconnect', 'end'],
        cause,
        ours: ours === 'handled' ? undefined : 'ERR_IN_DOUBT',
        fins: isFinSent ? 1 : 0,
        closes: 1,
      });
      expect(busy.session.endings[0]?.evidence.detail).toBe('the goodbye was not finished in time');
    },
  );

  it('the tables are complete: 24 orders of the 4, and 14 beginnings of them that have a goodbye and no FIN', () => {
    const orders = (names: string[]): string[] =>
      names.length < 2
        ? names
        : names.flatMap((name) => orders(names.filter((other) => other !== name)).map((rest) => `${name} ${rest}`));
    const all = orders(['close', 'CLOSE', 'answers', 'FIN']);
    expect(new Set(ORDERS.map(([names]) => names))).toEqual(new Set(all));
    const beginnings = all
      .map((names) => names.replace(/ ?FIN.*/, ''))
      .flatMap((names) => [names, names.replace(/ \w+$/, '')]);
    const goodbyes = beginnings.filter((names) => /close/i.test(names));
    expect(new Set(WITHOUT_FIN.map(([names]) => names))).toEqual(new Set(goodbyes));
  });
});

describe('LiveSession: what it tells', () => {
  it('publishes an event first, then logs it, then tells the listeners', () => {
    const order: string[] = [];
    const logger = {
      debug: () => order.push('log'),
      info: () => order.push('log'),
      warn: () => order.push('log'),
      error: () => order.push('log'),
      child: (bindings: object) => {
        order.push(`child ${JSON.stringify(bindings)}`);
        return logger;
      },
    };
    const publish = (name: string): void => void order.push(`publish ${name}`);
    const parts = { clock: new FakeClock(), random: () => 0, codec: textCodec, logger, publish };
    const session = new LiveSession(parts, resolveSessionOptions({}), undefined);
    session.on('end', () => order.push('listener'));
    session.destroy();
    expect(order).toEqual(['publish end', 'child {"session":""}', 'log', 'listener']);
  });

  it('makes its child of the logger with the first line, and writes all 3 with it', () => {
    const lines: string[] = [];
    const children: object[] = [];
    const log = (_: object, message: string): void => void lines.push(message);
    const child = (bindings: object) => {
      children.push(bindings);
      return { ...logger, info: log, debug: log };
    };
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child };
    const { session, open } = createSessionRig({ logger });
    expect(children).toEqual([]);
    open();
    session.destroy();
    expect(lines).toEqual(['connected', 'disconnected', 'session ended']);
    expect(children.length).toBe(1);
  });

  it('ends what waits for events at end', async () => {
    const { session } = createSessionRig();
    const connect = session.next('connect');
    session.destroy();
    await expect(connect).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
