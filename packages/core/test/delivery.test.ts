import { describe, expect, it } from 'vitest';
import type { DeliveryFrame } from '../src/machines/exchange.ts';
import { NO_COUNTERS } from '../src/machines/exchange.ts';
import type { SessionOptions } from '../src/rules/options.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { Delivery } from '../src/session/delivery.ts';
import { AMPLE, ack, data, sketch, turn, value } from './support/delivery-frames.ts';
import { FakeClock } from './support/fake-clock.ts';
import { fateOf, settle } from './support/fate.ts';
import { SILENT } from './support/session-rig.ts';
import { textCodec } from './support/text-codec.ts';

const PEER = { maxMessageBytes: 100, credit: AMPLE };

/** A delivery on a connection whose peer takes messages of 100 bytes, unless it is not open. */
function createDelivery(
  handler?: (message: unknown) => unknown,
  { isOpen = true, ...options }: SessionOptions & { isOpen?: boolean } = {},
) {
  const log: string[] = [];
  const delivery = new Delivery({
    clock: new FakeClock(),
    codec: textCodec,
    logger: SILENT,
    config: resolveSessionOptions(options),
    hasHandler: handler !== undefined,
    handle: (message) => handler?.(message),
    isEnded: false,
    wake: () => {},
    drained: () => log.push('drained'),
    askPeer: () => log.push('ask'),
    handleStandstill: () => log.push('standstill'),
  });
  delivery.grant();
  if (isOpen) delivery.handleOpen(PEER, NO_COUNTERS);
  return {
    delivery,
    log,
    /** What leaves in one turn. */
    leave: (): DeliveryFrame[] => turn({ next: (stream) => delivery.nextFrame(stream) }),
  };
}

function message(number: number, content: unknown): DeliveryFrame {
  return data(number, textCodec.encode(content));
}

function handled(number: number): DeliveryFrame {
  return ack({ received: number, handled: number });
}

describe('Delivery', () => {
  it('is settled, holds nothing and has nothing to send at first', () => {
    const { delivery, leave } = createDelivery();
    expect([delivery.isSettled, delivery.hasToSend, leave()]).toEqual([true, false, []]);
    expect([delivery.queuedMessages, delivery.queuedBytes, delivery.cost]).toEqual([0, 0, 0]);
    expect([delivery.counters, delivery.isWritable, delivery.credit]).toEqual([NO_COUNTERS, true, AMPLE]);
  });

  it('D2: sends answers before messages, and the ACK that rides last: RESULT, DATA, ACK', () => {
    const { delivery, leave } = createDelivery(() => 'done');
    void delivery.send('mine', {});
    delivery.handleFrame(message(1, 'yours'));
    delivery.runHandler();
    expect(leave().map(sketch)).toEqual(['result 1 whole 6', 'data 1 whole 6', 'ack 1 1 0']);
    expect([delivery.queuedMessages, delivery.queuedBytes, delivery.isSettled]).toEqual([1, 6, false]);
    expect(delivery.counters).toEqual({ received: 1, settled: 0 });
  });

  it('counts as cost what is kept for the peer, and for the handler: 6 bytes, 128 + 7, and 128 + 6', () => {
    const { delivery } = createDelivery(() => 'done');
    void delivery.send('mine', {});
    delivery.handleFrame(message(1, 'yours'));
    expect(delivery.cost).toBe(6 + 135);
    delivery.runHandler();
    expect(delivery.cost).toBe(6 + 134);
  });

  it('is settled when both halves are', async () => {
    const { delivery, leave } = createDelivery(() => {});
    const sent = delivery.send('mine', {});
    leave();
    const settled = [delivery.isSettled];
    delivery.handleFrame(message(1, 'yours'));
    settled.push(delivery.isSettled);
    delivery.handleFrame(handled(1));
    settled.push(delivery.isSettled);
    delivery.runHandler();
    leave();
    settled.push(delivery.isSettled);
    await sent;
    expect(settled).toEqual([false, false, false, true]);
  });

  it('D1: settles a message with its RESULT, and makes room for a waiter', async () => {
    const { delivery, leave } = createDelivery(undefined, { maxQueuedMessages: 1, maxWaiters: 1 });
    const sent = delivery.send('mine', {});
    void delivery.send('next', {});
    leave();
    delivery.handleFrame(value(1, textCodec.encode(7)));
    await expect(sent).resolves.toBe(7);
    expect(leave().map(sketch)).toEqual(['data 2 whole 6', 'ack 0 0 1']);
  });

  it('L11: a handler that never returns stops the messages behind it, and neither ACKs nor what we send', () => {
    const taken: unknown[] = [];
    const { delivery, leave } = createDelivery((content) => {
      taken.push(content);
      return new Promise(() => {});
    });
    for (const number of [1, 2, 3]) delivery.handleFrame(message(number, number));
    delivery.runHandler();
    delivery.runHandler();
    void delivery.send('mine', {});
    expect([taken, leave().map(sketch)]).toEqual([[1], ['data 1 whole 6', 'ack 3 0 0']]);
    const late = turn({ next: (stream) => delivery.nextFrame(stream) }, { bytesIn: 40_000 });
    expect(late.map(sketch)).toEqual(['ack 3 0 0']);
    expect(delivery.isSettled).toBe(false);
  });
});

describe('Delivery: connections', () => {
  it('hands back what turns out to be too large, and sends the rest: 101 bytes, then 4', async () => {
    const { delivery, leave } = createDelivery(undefined, { isOpen: false });
    const large = fateOf(delivery.send('x'.repeat(99), {}));
    void delivery.send('ok', {});
    expect(leave()).toEqual([]);
    delivery.handleOpen(PEER, NO_COUNTERS);
    expect(leave().map(sketch)).toEqual(['data 1 whole 4']);
    await settle();
    expect(large.now).toBe('ERR_TOO_LARGE');
  });

  it('D2: goes on over another connection: what the peer lacks is sent again, what it has settles', async () => {
    const { delivery, leave } = createDelivery((content) => content);
    const fates = ['a', 'b'].map((content) => fateOf(delivery.send(content, {})));
    delivery.handleFrame(message(1, 'yours'));
    delivery.runHandler();
    leave();
    delivery.handleLost();
    expect(delivery.findGap({ received: 1, settled: 0 })).toBeUndefined();
    expect(delivery.findGap({ received: 3, settled: 0 })).toBe('received 3, where 0 to 2 are possible');
    delivery.grant();
    delivery.handleOpen(PEER, { received: 1, settled: 0 });
    expect(leave().map(sketch)).toEqual(['result 1 whole 7', 'data 2 whole 3']);
    delivery.handleFrame(handled(2));
    await settle();
    expect(fates.map(({ now }) => now)).toEqual([undefined, undefined]);
    expect(delivery.counters).toEqual({ received: 1, settled: 2 });
  });

  it('D4: another session: 1 sent message is in doubt, 1 that waited is number 1, and so is the peer’s next', async () => {
    const { delivery, leave } = createDelivery(() => {});
    const sent = delivery.send('mine', {});
    delivery.handleFrame(message(1, 'yours'));
    leave();
    delivery.handleLost();
    void delivery.send('later', {});
    delivery.restart();
    await expect(sent).rejects.toMatchObject({ code: 'ERR_IN_DOUBT' });
    expect(delivery.counters).toEqual(NO_COUNTERS);
    delivery.handleOpen(PEER, NO_COUNTERS);
    delivery.handleFrame(message(1, 'yours again'));
    expect(leave().map(sketch)).toEqual(['data 1 whole 7', 'ack 1 0 0']);
  });
});

describe('Delivery: endings', () => {
  /** a and b are sent, c is not. */
  function createBusy() {
    const { delivery, leave } = createDelivery();
    const fates = ['a', 'b'].map((content) => fateOf(delivery.send(content, {})));
    leave();
    fates.push(fateOf(delivery.send('c', {})));
    return { delivery, leave, now: () => fates.map((fate) => fate.now) };
  }

  it('D4: the end of the session: 2 sent messages are ERR_IN_DOUBT, 1 unsent is ERR_CLOSED', async () => {
    const { delivery, now } = createBusy();
    delivery.handleEnd('the session has ended: silent');
    await settle();
    expect(now()).toEqual(['ERR_IN_DOUBT', 'ERR_IN_DOUBT', 'ERR_CLOSED']);
    expect([delivery.queuedMessages, delivery.queuedBytes]).toEqual([0, 0]);
  });

  it('a goodbye of the session with lastAccepted 1 hands back 2 and the unsent, and awaits the answer to 1', async () => {
    const { delivery, now } = createBusy();
    delivery.handleGoodbye(1, true);
    await settle();
    expect(now()).toEqual(['pending', 'ERR_CLOSED', 'ERR_CLOSED']);
    expect(delivery.isSettled).toBe(false);
    delivery.handleFrame(handled(1));
    await settle();
    expect([now()[0], delivery.isSettled]).toEqual([undefined, true]);
  });

  it('a goodbye of the connection with lastAccepted 1 keeps 2 and the unsent, in order, for the next connection', async () => {
    const { delivery, leave, now } = createBusy();
    delivery.handleGoodbye(1, false);
    expect([leave(), delivery.hasToSend]).toEqual([[], false]);
    delivery.handleFrame(handled(1));
    expect(delivery.isSettled).toBe(true);
    delivery.handleLost();
    delivery.handleOpen(PEER, { received: 1, settled: 0 });
    expect(leave()).toEqual([message(2, 'b'), message(3, 'c')]);
    await settle();
    expect(now()).toEqual([undefined, 'pending', 'pending']);
  });

  it('D4: what a goodbye of the connection has not accepted is not in doubt when the session ends', async () => {
    const { delivery, now } = createBusy();
    delivery.handleGoodbye(1, false);
    delivery.handleLost();
    delivery.handleEnd('the session has ended: eof');
    await settle();
    expect(now()).toEqual(['ERR_IN_DOUBT', 'ERR_CLOSED', 'ERR_CLOSED']);
  });

  it('a message that is sent after the goodbye of the peer, or ours, waits for the next connection', () => {
    const { delivery, leave } = createDelivery();
    delivery.handleGoodbye(0, false);
    void delivery.send('late', {});
    expect([leave(), delivery.isSettled, delivery.queuedMessages]).toEqual([[], true, 1]);
    const other = createDelivery();
    other.delivery.handleFarewell();
    void other.delivery.send('late', {});
    expect([other.leave(), other.delivery.isSettled, other.delivery.queuedMessages]).toEqual([[], true, 1]);
  });

  it('W6: a value of 101 bytes is not sent to a peer that takes 100', () => {
    const { delivery, leave } = createDelivery((size) => 'x'.repeat(Number(size)));
    delivery.handleFrame(message(1, 98));
    delivery.handleFrame(message(2, 99));
    delivery.runHandler();
    expect(leave().map(sketch)).toEqual(['result 1 whole 100', 'result 2 result-too-large', 'ack 2 2 0']);
  });
});
