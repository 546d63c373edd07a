import { describe, expect, it, vi } from 'vitest';
import type { Duration } from '../src/rules/duration.ts';
import type { SessionOptions } from '../src/rules/options.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { Sender } from '../src/session/sender.ts';
import { NotHandledError, OptionsError } from '../src/words/errors.ts';
import { FakeClock } from './support/fake-clock.ts';
import { fateOf, settle } from './support/fate.ts';
import { textCodec, UNDECODABLE, UNENCODABLE } from './support/text-codec.ts';

/** A sender on a connection whose peer takes payloads of 1,000 bytes, unless it is not open. */
function createSender(options: SessionOptions = {}, isOpen = true) {
  const log: string[] = [];
  const clock = new FakeClock();
  const sender = new Sender({
    clock,
    codec: textCodec,
    config: resolveSessionOptions(options),
    wake: () => log.push('wake'),
    drained: () => log.push('drained'),
  });
  if (isOpen) sender.handleOpen(1_000);
  return { sender, clock, log };
}

function ack(handled: number) {
  return { type: 'ack', received: handled, handled } as const;
}

describe('Sender: sending', () => {
  it('encodes a message, wakes its host and gives the frame out, numbered 1', () => {
    const { sender, log } = createSender();
    void sender.send({ a: 1 });
    expect(log).toEqual(['wake']);
    expect([sender.queuedMessages, sender.queuedBytes]).toEqual([1, 7]);
    expect(sender.nextMessage()).toEqual({ type: 'data', number: 1, payload: textCodec.encode({ a: 1 }) });
    expect(sender.nextMessage()).toBeUndefined();
  });

  it('gives nothing out before a connection is open', () => {
    const { sender } = createSender({}, false);
    void sender.send('early', {});
    expect(sender.nextMessage()).toBeUndefined();
    expect(sender.isSettled).toBe(true); // nothing can be sent, and nothing is owed
    sender.handleOpen(1_000);
    expect(sender.isSettled).toBe(false);
    expect(sender.nextMessage()?.number).toBe(1);
  });

  it('is settled when each message is sent and answered', () => {
    const { sender } = createSender();
    const settled = [sender.isSettled];
    void sender.send(1, {});
    settled.push(sender.isSettled);
    sender.nextMessage();
    settled.push(sender.isSettled);
    sender.handleAnswer(ack(1));
    settled.push(sender.isSettled);
    expect(settled).toEqual([true, false, false, true]);
  });
});

describe('Sender: outcomes', () => {
  it('D1: resolves with undefined at the ACK', async () => {
    const { sender } = createSender();
    const sent = sender.send('x', {});
    sender.nextMessage();
    sender.handleAnswer(ack(1));
    await expect(sent).resolves.toBeUndefined();
  });

  it('D1: resolves with the value of the RESULT', async () => {
    const { sender } = createSender();
    const sent = sender.send('x', {});
    sender.nextMessage();
    sender.handleAnswer({ type: 'result', number: 1, ok: true, value: textCodec.encode([1, 2]) });
    await expect(sent).resolves.toEqual([1, 2]);
  });

  it('D1: rejects with the code and text of a failed RESULT', async () => {
    const { sender } = createSender();
    const sent = sender.send('x', {});
    sender.nextMessage();
    sender.handleAnswer({ type: 'result', number: 1, ok: false, code: 'E_FULL', text: 'no room' });
    await expect(sent).rejects.toEqual(new NotHandledError('E_FULL', 'no room'));
    await expect(sent).rejects.toMatchObject({ code: 'ERR_NOT_HANDLED', peerCode: 'E_FULL', message: 'no room' });
  });

  it('rejects with ERR_DECODE where the value cannot be decoded', async () => {
    const { sender } = createSender();
    const sent = sender.send('x', {});
    sender.nextMessage();
    sender.handleAnswer({ type: 'result', number: 1, ok: true, value: UNDECODABLE });
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
    const { sender, clock } = createSender();
    const fate = fateOf(sender.send('x', { timeout: '2s' }));
    clock.advanceTo(1_999);
    await settle();
    expect([fate.now, sender.queuedMessages]).toEqual(['pending', 1]);
    clock.advanceTo(2_000);
    await settle();
    expect([fate.now, sender.queuedMessages]).toEqual(['ERR_TIMEOUT', 0]);
    expect(sender.nextMessage()).toBeUndefined();
    expect(clock.alarmsSet).toBe(0);
  });

  it('a message that is sent stays until its answer after the timeout, and its number is not used again', async () => {
    const { sender, clock } = createSender();
    const sent = sender.send('x', { timeout: 2_000 });
    sender.nextMessage();
    clock.advanceTo(2_000);
    await expect(sent).rejects.toThrow('no result within 2000 ms');
    expect([sender.queuedMessages, sender.isSettled]).toEqual([1, false]);
    sender.handleAnswer(ack(1));
    expect([sender.queuedMessages, sender.isSettled]).toEqual([0, true]);
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
    const { sender, clock } = createSender();
    const sent = sender.send('x', { timeout: '2s' });
    expect(clock.alarmsSet).toBe(1);
    sender.nextMessage();
    sender.handleAnswer(ack(1));
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
    const { sender } = createSender();
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const sent = sender.send('x', { signal });
    sender.nextMessage();
    sender.handleAnswer(ack(1));
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
    const { sender, log } = createSender({ maxQueuedMessages: 2 });
    void sender.send(1, {});
    void sender.send(2, {});
    await expect(sender.send(3, {})).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    sender.nextMessage();
    sender.nextMessage();
    log.splice(0);
    sender.handleAnswer(ack(1));
    await settle();
    expect(log).toEqual([]);
    sender.handleAnswer(ack(2));
    expect(log).toEqual([]);
    await settle();
    expect(log).toEqual(['drained']);
    void sender.send(4, {});
    sender.nextMessage();
    sender.handleAnswer(ack(3));
    await settle();
    expect(log).toEqual(['drained', 'wake']); // it was not full again
  });

  it('rejects a message of 1,001 bytes with ERR_TOO_LARGE where the peer takes 1,000', async () => {
    const { sender } = createSender();
    await expect(sender.send('x'.repeat(999), {})).rejects.toThrow('a message must be at most 1000 bytes, got 1001');
    void sender.send('x'.repeat(998), {});
    expect(sender.queuedMessages).toBe(1);
  });

  it('rejects a message that no queue of 10 bytes could ever hold with ERR_TOO_LARGE, and not as full', async () => {
    const { sender } = createSender({ maxQueuedBytes: 10 }, false);
    const sent = sender.send('x'.repeat(9), {});
    await expect(sent).rejects.toMatchObject({ code: 'ERR_TOO_LARGE' });
    await expect(sent).rejects.toThrow('a message must be at most 10 bytes, got 11');
  });

  it('hands back a message of 1,002 bytes, and sends the next of 1,000, when a connection tells how much the peer takes', async () => {
    const { sender } = createSender({}, false);
    const large = fateOf(sender.send('x'.repeat(1_000), {}));
    const small = 'x'.repeat(998);
    void sender.send(small, {});
    sender.handleOpen(1_000);
    expect(sender.nextMessage()).toEqual({ type: 'data', number: 1, payload: textCodec.encode(small) });
    await settle();
    expect(large.now).toBe('ERR_TOO_LARGE');
    expect(sender.queuedMessages).toBe(1);
  });

  it('gives nothing out where the only message is too large for the peer', async () => {
    const { sender } = createSender({}, false);
    const large = fateOf(sender.send('x'.repeat(1_000), {}));
    sender.handleOpen(1_000);
    expect(sender.nextMessage()).toBeUndefined();
    await settle();
    expect(large.now).toBe('ERR_TOO_LARGE');
  });
});

describe('Sender: endings', () => {
  /** a and b are sent, c is not. */
  function createBusy() {
    const { sender, ...others } = createSender();
    const fates = ['a', 'b'].map((message) => fateOf(sender.send(message, {})));
    sender.nextMessage();
    sender.nextMessage();
    fates.push(fateOf(sender.send('c', {})));
    return { sender, fates, now: () => fates.map((fate) => fate.now), ...others };
  }

  it('D4: a lost connection rejects 2 sent messages with ERR_IN_DOUBT, and 1 unsent waits for the next one as number 1', async () => {
    const { sender, now } = createBusy();
    sender.handleLost();
    await settle();
    expect(now()).toEqual(['ERR_IN_DOUBT', 'ERR_IN_DOUBT', 'pending']);
    expect(sender.nextMessage()).toBeUndefined();
    sender.handleOpen(1_000);
    expect(sender.nextMessage()).toEqual({ type: 'data', number: 1, payload: textCodec.encode('c') });
    sender.handleAnswer(ack(1));
    await settle();
    expect(now()[2]).toBeUndefined();
  });

  it('the end of the session rejects all 3 that are left with ERR_CLOSED', async () => {
    const { sender, now } = createBusy();
    sender.handleEnd('the session has ended: silent');
    await settle();
    expect(now()).toEqual(['ERR_CLOSED', 'ERR_CLOSED', 'ERR_CLOSED']);
    expect([sender.queuedMessages, sender.queuedBytes]).toEqual([0, 0]);
  });

  it('a goodbye of the session that accepted message 1 hands back 2 and the unsent, and awaits the answer to 1', async () => {
    const { sender, now } = createBusy();
    sender.handleGoodbye(1, true);
    await settle();
    expect(now()).toEqual(['pending', 'ERR_CLOSED', 'ERR_CLOSED']);
    expect(sender.isSettled).toBe(false);
    sender.handleAnswer(ack(1));
    expect(sender.isSettled).toBe(true);
  });

  it('a goodbye of the connection that accepted message 1 keeps 2 and the unsent, in order, for the next connection', async () => {
    const { sender, now } = createBusy();
    sender.handleGoodbye(1, false);
    expect(sender.nextMessage()).toBeUndefined();
    sender.handleAnswer(ack(1));
    expect(sender.isSettled).toBe(true);
    sender.handleLost();
    sender.handleOpen(1_000);
    expect([sender.nextMessage(), sender.nextMessage()]).toEqual([
      { type: 'data', number: 1, payload: textCodec.encode('b') },
      { type: 'data', number: 2, payload: textCodec.encode('c') },
    ]);
    await settle();
    expect(now()).toEqual([undefined, 'pending', 'pending']);
  });

  it('a message that is sent after the goodbye of the peer waits for the next connection', () => {
    const { sender } = createSender();
    sender.handleGoodbye(0, false);
    void sender.send('late', {});
    expect([sender.nextMessage(), sender.isSettled, sender.queuedMessages]).toEqual([undefined, true, 1]);
  });
});
