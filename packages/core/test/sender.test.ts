import { describe, expect, it, vi } from 'vitest';
import { Outbox } from '../src/machines/outbox.ts';
import type { Duration } from '../src/rules/duration.ts';
import type { SessionOptions } from '../src/rules/options.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { Sender } from '../src/session/sender.ts';
import { NotHandledError, OptionsError } from '../src/words/errors.ts';
import type { AckFrame, ResultFrame } from '../src/words/frame.ts';
import { AMPLE, ack, data, failure, value } from './support/delivery-frames.ts';
import { FakeClock } from './support/fake-clock.ts';
import { fateOf, settle } from './support/fate.ts';
import { textCodec, UNDECODABLE, UNENCODABLE } from './support/text-codec.ts';

/** A sender whose outbox has a connection to a peer that takes messages of 1,000 bytes, unless it is not open. */
function createSender(options: SessionOptions = {}, isOpen = true) {
  const log: string[] = [];
  const clock = new FakeClock();
  const outbox = new Outbox(1_000);
  const host = {
    clock,
    codec: textCodec,
    config: resolveSessionOptions(options),
    isEnded: false,
    wake: () => log.push('wake'),
    drained: () => log.push('drained'),
  };
  const sender = new Sender(host, outbox);
  const open = (maxMessageBytes = 1_000): void => {
    outbox.open({ maxMessageBytes, credit: AMPLE }, outbox.settled);
    sender.refuseTooLarge();
    sender.handleRoom();
  };
  if (isOpen) open();
  return {
    sender,
    clock,
    log,
    outbox,
    open,
    /** An answer comes. */
    answer: (frame: AckFrame | ResultFrame) => {
      if (frame.type === 'ack') outbox.handleAck(frame);
      else outbox.handleResult(frame);
      sender.handleRoom();
    },
  };
}

function handled(number: number): AckFrame {
  return ack({ received: number, handled: number });
}

describe('Sender: sending', () => {
  it('encodes a message, wakes its host and puts it into the outbox', () => {
    const { sender, log, outbox } = createSender();
    void sender.send({ a: 1 });
    expect(log).toEqual(['wake']);
    expect([sender.queuedMessages, sender.queuedBytes]).toEqual([1, 7]);
    expect(outbox.next()).toEqual(data(1, textCodec.encode({ a: 1 })));
    expect(outbox.next()).toBeUndefined();
  });

  it('counts a message until its outcome, and its bytes until the peer has them', () => {
    const { sender, outbox, answer } = createSender();
    void sender.send('x', {});
    outbox.next();
    answer(ack({ received: 1 }));
    expect([sender.queuedMessages, sender.queuedBytes]).toEqual([1, 0]);
    answer(handled(1));
    expect(sender.queuedMessages).toBe(0);
  });
});

describe('Sender: outcomes', () => {
  it('D1: resolves with undefined at the ACK', async () => {
    const { sender, outbox, answer } = createSender();
    const sent = sender.send('x', {});
    outbox.next();
    answer(handled(1));
    await expect(sent).resolves.toBeUndefined();
  });

  it('D1: resolves with the value of the RESULT', async () => {
    const { sender, outbox, answer } = createSender();
    const sent = sender.send('x', {});
    outbox.next();
    answer(value(1, textCodec.encode([1, 2])));
    await expect(sent).resolves.toEqual([1, 2]);
  });

  it('D1: rejects with the code and text of a failed RESULT', async () => {
    const { sender, outbox, answer } = createSender();
    const sent = sender.send('x', {});
    outbox.next();
    answer(failure(1, 'E_FULL', 'no room'));
    await expect(sent).rejects.toEqual(new NotHandledError('E_FULL', 'no room'));
    await expect(sent).rejects.toMatchObject({
      code: 'ERR_NOT_HANDLED',
      peerCode: 'E_FULL',
      message: "the peer's handler failed: no room (E_FULL)",
      peerText: 'no room',
    });
  });

  it('D1: rejects with the code for a message where RESULT brings a text of 0 bytes', async () => {
    const { sender, outbox, answer } = createSender();
    const sent = sender.send('x', {});
    outbox.next();
    answer(failure(1, 'E_FULL', ''));
    await expect(sent).rejects.toMatchObject({
      code: 'ERR_NOT_HANDLED',
      peerCode: 'E_FULL',
      message: "the peer's handler failed: E_FULL",
      peerText: '',
    });
  });

  it('rejects with ERR_DECODE where the value cannot be decoded', async () => {
    const { sender, outbox, answer } = createSender();
    const sent = sender.send('x', {});
    outbox.next();
    answer(value(1, UNDECODABLE));
    await expect(sent).rejects.toMatchObject({ code: 'ERR_DECODE', cause: expect.any(SyntaxError) });
  });

  it('rejects with ERR_ENCODE where the message cannot be encoded, and queues nothing', async () => {
    const { sender, log } = createSender();
    await expect(sender.send(UNENCODABLE, {})).rejects.toMatchObject({
      code: 'ERR_ENCODE',
      cause: new TypeError('cannot encode a symbol'),
    });
    expect([sender.queuedMessages, log]).toEqual([0, []]);
  });
});

describe('Sender: giving up', () => {
  it('rejects with ERR_TIMEOUT after 2,000 ms, takes an unsent message back, and leaves no alarm', async () => {
    const { sender, clock, outbox } = createSender();
    const fate = fateOf(sender.send('x', { timeout: '2s' }));
    clock.advanceTo(1_999);
    await settle();
    expect([fate.now, sender.queuedMessages]).toEqual(['pending', 1]);
    clock.advanceTo(2_000);
    await settle();
    expect([fate.now, sender.queuedMessages]).toEqual(['ERR_TIMEOUT', 0]);
    expect(outbox.next()).toBeUndefined();
    expect(clock.alarmsSet).toBe(0);
  });

  it('a message that is sent is delivered though nobody waits for it any more, and stays until its answer', async () => {
    const { sender, clock, outbox, answer } = createSender();
    const sent = sender.send('x', { timeout: 2_000 });
    outbox.next();
    clock.advanceTo(2_000);
    await expect(sent).rejects.toThrow('no result within 2000 ms');
    expect([sender.queuedMessages, outbox.unanswered]).toEqual([1, 1]);
    outbox.lose();
    outbox.open({ maxMessageBytes: 1_000, credit: AMPLE }, 0);
    expect(outbox.next()).toEqual(data(1, textCodec.encode('x')));
    answer(value(1));
    expect([sender.queuedMessages, outbox.unanswered]).toEqual([0, 0]);
  });

  // A rejection that nobody handles would fail the whole run.
  it.each<[string, (sender: Sender, outbox: Outbox) => void]>([
    ['in doubt', (sender, outbox) => sender.handBackInDoubt(outbox.restart())],
    ['refused', (_, outbox) => outbox.handleResult(failure(1))],
    ['answered with what cannot be decoded', (_, outbox) => outbox.handleResult(value(1, UNDECODABLE))],
  ])('a message that timed out has 1 outcome, also where it is %s later', async (_, happen) => {
    const { sender, clock, outbox } = createSender();
    const fate = fateOf(sender.send('x', { timeout: '2s' }));
    outbox.next();
    clock.advanceTo(2_000);
    await settle();
    happen(sender, outbox);
    await settle();
    expect([fate.now, sender.queuedMessages]).toEqual(['ERR_TIMEOUT', 0]);
  });

  it('does not give up where the alarm rings early, as all do when the system has slept', async () => {
    const { sender, clock } = createSender();
    const fate = fateOf(sender.send('x', { timeout: '2s' }));
    clock.moveTo(500);
    clock.ringAll();
    await settle();
    expect(fate.now).toBe('pending');
    clock.advanceTo(2_000);
    await settle();
    expect(fate.now).toBe('ERR_TIMEOUT');
  });

  it('clears its alarm at the answer', async () => {
    const { sender, clock, outbox, answer } = createSender();
    const sent = sender.send('x', { timeout: '2s' });
    expect(clock.alarmsSet).toBe(1);
    outbox.next();
    answer(handled(1));
    await sent;
    expect(clock.alarmsSet).toBe(0);
  });

  it.each<[Duration]>([['2 s' as Duration], [-1], [Number.NaN]])(
    'rejects a timeout of %s with ERR_OPTIONS',
    async (timeout) => {
      const { sender, clock } = createSender();
      const sent = sender.send('x', { timeout });
      await expect(sent).rejects.toBeInstanceOf(OptionsError);
      await expect(sent).rejects.toMatchObject({ problems: [{ path: 'timeout', value: timeout }] });
      expect([sender.queuedMessages, clock.alarmsSet]).toEqual([0, 0]);
    },
  );

  it('rejects with ERR_ABORTED and the reason at once, and takes an unsent message back', async () => {
    const { sender } = createSender();
    const controller = new AbortController();
    const sent = sender.send('x', { signal: controller.signal });
    controller.abort('enough');
    expect(sender.queuedMessages).toBe(0);
    await expect(sent).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
  });

  it('does not even encode where the signal is aborted already', async () => {
    const { sender, log } = createSender();
    await expect(sender.send(UNENCODABLE, { signal: AbortSignal.abort('no') })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
      cause: 'no',
    });
    expect(log).toEqual([]);
  });

  it('listens to the signal no longer than to the answer', async () => {
    const { sender, outbox, answer } = createSender();
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const sent = sender.send('x', { signal });
    outbox.next();
    answer(handled(1));
    await sent;
    expect(remove.mock.calls[0]?.[1]).toBe(add.mock.calls[0]?.[1]);
  });
});

describe('Sender: limits', () => {
  it('D3: takes 2 messages of at most 2, and rejects the 3rd with ERR_QUEUE_FULL', async () => {
    const { sender } = createSender({ maxQueuedMessages: 2 });
    void sender.send(1, {});
    void sender.send(2, {});
    await expect(sender.send(3, {})).rejects.toThrow(
      '2 messages of 2 bytes wait for their results; at most 2 of 16777216 may',
    );
    expect(sender.queuedMessages).toBe(2);
  });

  it('D3: takes 10 bytes of at most 10, and rejects the 11th with ERR_QUEUE_FULL', async () => {
    const { sender } = createSender({ maxQueuedBytes: 10 });
    void sender.send('x'.repeat(8), {});
    await expect(sender.send(1, {})).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
  });

  it('tells that the queue has drained, once, when the last of 2 messages is answered, and not within the answer', async () => {
    const { sender, log, outbox, answer } = createSender({ maxQueuedMessages: 2 });
    void sender.send(1, {});
    void sender.send(2, {});
    await expect(sender.send(3, {})).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    outbox.next();
    outbox.next();
    log.splice(0);
    answer(handled(1));
    await settle();
    expect(log).toEqual([]);
    answer(handled(2));
    expect(log).toEqual([]);
    await settle();
    expect(log).toEqual(['drained']);
    void sender.send(4, {});
    outbox.next();
    answer(handled(3));
    await settle();
    expect(log).toEqual(['drained', 'wake']); // it was not full again
  });

  it('rejects a message of 1,001 bytes with ERR_TOO_LARGE where the peer takes 1,000', async () => {
    const { sender } = createSender();
    await expect(sender.send('x'.repeat(999), {})).rejects.toThrow(
      'a message must be at most 1000 bytes, which is maxMessageBytes of the peer, got 1001',
    );
    void sender.send('x'.repeat(998), {});
    expect(sender.queuedMessages).toBe(1);
  });

  it('rejects a message that no queue of 10 bytes could ever hold with ERR_TOO_LARGE, and not as full', async () => {
    const { sender } = createSender({ maxQueuedBytes: 10 }, false);
    const sent = sender.send('x'.repeat(9), {});
    await expect(sent).rejects.toMatchObject({ code: 'ERR_TOO_LARGE' });
    await expect(sent).rejects.toThrow('a message must be at most 10 bytes, which is our maxQueuedBytes, got 11');
  });

  it('hands back a message of 1,002 bytes, and sends the next of 1,000, when a connection tells how much the peer takes', async () => {
    const { sender, outbox, open } = createSender({}, false);
    const large = fateOf(sender.send('x'.repeat(1_000), {}));
    const small = 'x'.repeat(998);
    void sender.send(small, {});
    open();
    expect(outbox.next()).toEqual(data(1, textCodec.encode(small)));
    await settle();
    expect(large.now).toBe('ERR_TOO_LARGE');
    expect(sender.queuedMessages).toBe(1);
  });

  it('gives nothing out where the only message is too large for the peer', async () => {
    const { sender, outbox, open } = createSender({}, false);
    const large = fateOf(sender.send('x'.repeat(1_000), {}));
    open();
    expect(outbox.next()).toBeUndefined();
    await settle();
    expect(large.now).toBe('ERR_TOO_LARGE');
  });
});

describe('Sender: a peer that turns out to take less', () => {
  it('hands back each of 2 messages over 1,000 bytes, wherever in the queue it is, and 1 that waits for room', async () => {
    const { sender, outbox, open } = createSender({ maxQueuedMessages: 3, maxWaiters: 3 }, false);
    const large = 'x'.repeat(1_000);
    const fates = ['a', large, 'b', large, 'c', 'd'].map((message) => fateOf(sender.send(message, {})));
    expect([outbox.size, sender.queuedMessages]).toEqual([3, 6]);
    open();
    const messages = [outbox.next(), outbox.next(), outbox.next()].map(
      (frame) => frame && textCodec.decode(frame.payload),
    );
    expect(messages).toEqual(['a', 'b', 'c']);
    await settle();
    const refused = 'ERR_TOO_LARGE';
    expect(fates.map(({ now }) => now)).toEqual(['pending', refused, 'pending', refused, 'pending', 'pending']);
    expect([outbox.size, sender.queuedMessages]).toEqual([3, 4]);
  });

  it('does not hand back a message of 1,000 bytes that was sent, when the next peer takes 10', () => {
    const { sender, outbox, open } = createSender();
    void sender.send('x'.repeat(998), {});
    outbox.next();
    outbox.handleAck(ack({ received: 1 }));
    outbox.lose();
    outbox.open({ maxMessageBytes: 10, credit: AMPLE }, 1);
    sender.refuseTooLarge();
    expect(sender.queuedMessages).toBe(1);
    open();
  });
});

describe('Sender: waiting for room', () => {
  /** 2 messages fill the queue; c, d wait, and e is one too many. */
  function createWaiters() {
    const { sender, ...others } = createSender({ maxQueuedMessages: 2, maxWaiters: 2 });
    const controller = new AbortController();
    const fates = ['a', 'b', 'c', 'd', 'e'].map((message) =>
      fateOf(sender.send(message, message === 'c' ? { signal: controller.signal } : {})),
    );
    return { sender, controller, now: () => fates.map((fate) => fate.now), ...others };
  }

  function sendAll(outbox: Outbox): unknown[] {
    const messages: unknown[] = [];
    for (let frame = outbox.next(); frame !== undefined; frame = outbox.next()) {
      messages.push(textCodec.decode(frame.payload));
    }
    return messages;
  }

  it('D3: 2 wait where 2 may, and a 3rd rejects with ERR_QUEUE_FULL', async () => {
    const { sender, outbox, now } = createWaiters();
    await settle();
    expect(now()).toEqual(['pending', 'pending', 'pending', 'pending', 'ERR_QUEUE_FULL']);
    expect([sender.queuedMessages, outbox.size, sender.isWritable]).toEqual([4, 2, false]);
  });

  it('D3: waiters are admitted in order when room comes, one for each message that has its outcome', async () => {
    const { sender, outbox, answer, log, now } = createWaiters();
    expect(sendAll(outbox)).toEqual(['a', 'b']);
    log.splice(0);
    answer(handled(1));
    expect([outbox.size, sendAll(outbox), log]).toEqual([2, ['c'], ['wake']]);
    answer(handled(3));
    expect(sendAll(outbox)).toEqual(['d']);
    answer(handled(4));
    await settle();
    expect(now().slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
    expect(sender.queuedMessages).toBe(0);
  });

  it('D3: nobody overtakes a waiter: a post throws, a send waits, though there is room for its 3 bytes of 10', () => {
    const { sender, outbox } = createSender({ maxQueuedBytes: 10, maxWaiters: 2 });
    void sender.send('a'.repeat(5), {});
    void sender.send('b'.repeat(4), {});
    expect(() => sender.post('c')).toThrow('1 messages of 7 bytes wait');
    void sender.send('d', {});
    expect([outbox.size, sender.queuedMessages]).toEqual([1, 3]);
    outbox.next();
    outbox.handleAck(ack({ received: 1 }));
    sender.handleRoom();
    expect(sendAll(outbox)).toEqual(['bbbb', 'd']);
  });

  it('D3: a waiter that is aborted leaves the line at once, and the others keep theirs', async () => {
    const { sender, outbox, controller, answer, now } = createWaiters();
    controller.abort();
    await settle();
    expect([now()[2], sender.queuedMessages]).toEqual(['ERR_ABORTED', 3]);
    expect(sendAll(outbox)).toEqual(['a', 'b']);
    answer(handled(2));
    expect(sendAll(outbox)).toEqual(['d']);
  });

  it('D3: a message that is given up before it is sent makes room for a waiter', async () => {
    const { sender, outbox, clock } = createSender({ maxQueuedMessages: 1, maxWaiters: 1 }, false);
    const first = fateOf(sender.send('a', { timeout: '1s' }));
    void sender.send('b', {});
    clock.advanceTo(1_000);
    await settle();
    expect([first.now, outbox.size]).toEqual(['ERR_TIMEOUT', 1]);
  });

  it('tells that the queue has drained when the last waiter has its outcome, once', async () => {
    const { outbox, answer, log } = createWaiters();
    sendAll(outbox);
    answer(handled(2));
    sendAll(outbox);
    answer(handled(3));
    await settle();
    expect(log).not.toContain('drained');
    answer(handled(4));
    answer(handled(4));
    await settle();
    expect(log.filter((line) => line === 'drained')).toHaveLength(1);
  });

  it('is writable below 2 messages of 10 bytes, and not while somebody waits', () => {
    const { sender } = createSender({ maxQueuedMessages: 2, maxQueuedBytes: 10, maxWaiters: 1 });
    const writable = [sender.isWritable];
    void sender.send('a', {});
    writable.push(sender.isWritable);
    void sender.send('b'.repeat(6), {}); // 8 bytes of 7 that are left
    writable.push(sender.isWritable);
    const bytes = createSender({ maxQueuedBytes: 10 }).sender;
    void bytes.send('x'.repeat(8), {});
    writable.push(bytes.isWritable);
    expect(writable).toEqual([true, true, false, false]);
  });
});

describe('Sender: posting', () => {
  it('sends, and says whether there is room for more: 2 of 2', () => {
    const { sender, outbox } = createSender({ maxQueuedMessages: 2 });
    expect([sender.post('a'), sender.post('b')]).toEqual([true, false]);
    expect([outbox.next(), outbox.next()]).toMatchObject([{ number: 1 }, { number: 2 }]);
    expect(sender.queuedMessages).toBe(2);
  });

  it('throws ERR_QUEUE_FULL where 2 of 2 are queued, though others may wait, and drains later', async () => {
    const { sender, outbox, answer, log } = createSender({ maxQueuedMessages: 2, maxWaiters: 5 });
    sender.post('a');
    sender.post('b');
    expect(() => sender.post('c')).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_FULL' }));
    outbox.next();
    outbox.next();
    answer(handled(2));
    await settle();
    expect(log.at(-1)).toBe('drained');
  });

  it.each<[string, ResultFrame | AckFrame]>([
    ['a value', value(1)],
    ['a value that cannot be decoded', value(1, UNDECODABLE)],
    ['a failure', failure(1)],
    ['an ACK', handled(1)],
  ])('tells nobody of its outcome: %s', (_, frame) => {
    const { sender, outbox, answer } = createSender();
    sender.post('a');
    outbox.next();
    expect(() => answer(frame)).not.toThrow();
    expect(sender.queuedMessages).toBe(0);
  });

  it('throws ERR_ENCODE and ERR_TOO_LARGE at once, and tells nobody that it was handed back later', async () => {
    const { sender, outbox } = createSender();
    expect(() => sender.post(UNENCODABLE)).toThrow(expect.objectContaining({ code: 'ERR_ENCODE' }));
    expect(() => sender.post('x'.repeat(999))).toThrow(expect.objectContaining({ code: 'ERR_TOO_LARGE' }));
    sender.post('a');
    outbox.next();
    sender.post('b');
    sender.handBackInDoubt(outbox.restart());
    sender.handBackUnsent('the session has ended');
    await settle();
    expect(sender.queuedMessages).toBe(0);
  });
});

describe('Sender: endings', () => {
  /** a and b are sent, c and d are not, e waits for room. */
  function createBusy() {
    const { sender, outbox } = createSender({ maxQueuedMessages: 4, maxWaiters: 1 });
    const fates = ['a', 'b'].map((message) => fateOf(sender.send(message, {})));
    outbox.next();
    outbox.next();
    fates.push(...['c', 'd', 'e'].map((message) => fateOf(sender.send(message, {}))));
    return { sender, outbox, now: () => fates.map((fate) => fate.now) };
  }

  it('D4: 2 sent messages are in doubt where their session is lost, and the others go on, in order', async () => {
    const { sender, outbox, now } = createBusy();
    sender.handBackInDoubt(outbox.restart());
    await settle();
    expect(now()).toEqual(['ERR_IN_DOUBT', 'ERR_IN_DOUBT', 'pending', 'pending', 'pending']);
    outbox.open({ maxMessageBytes: 1_000, credit: AMPLE }, 0);
    const messages = [outbox.next(), outbox.next(), outbox.next()].map(
      (frame) => frame && textCodec.decode(frame.payload),
    );
    expect(messages).toEqual(['c', 'd', 'e']);
  });

  it('D4: what is unsent is handed back with ERR_CLOSED and the reason, waiters too', async () => {
    const { sender, now } = createBusy();
    sender.handBackUnsent('it is over');
    await settle();
    expect(now()).toEqual(['pending', 'pending', 'ERR_CLOSED', 'ERR_CLOSED', 'ERR_CLOSED']);
    expect([sender.queuedMessages, sender.queuedBytes]).toEqual([2, 6]);
  });

  it('leaves no alarm and no listener behind where it hands back', async () => {
    const { sender, outbox, clock } = createSender({ maxQueuedMessages: 2, maxWaiters: 1 });
    const fates = ['a', 'b', 'c'].map((message) => fateOf(sender.send(message, { timeout: '9s' })));
    outbox.next();
    sender.handBackInDoubt(outbox.restart());
    sender.handBackUnsent('it is over');
    await settle();
    expect(fates.map((fate) => fate.now)).toEqual(['ERR_IN_DOUBT', 'ERR_CLOSED', 'ERR_CLOSED']);
    expect(clock.alarmsSet).toBe(0);
  });
});
