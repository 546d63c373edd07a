import { describe, expect, it } from 'vitest';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { Delivery } from '../src/session/delivery.ts';
import { FakeClock } from './support/fake-clock.ts';
import { textCodec } from './support/text-codec.ts';

/** A delivery on a connection whose peer takes frames of 110 bytes. */
function createDelivery(handler?: (message: unknown) => unknown) {
  const delivery = new Delivery({
    clock: new FakeClock(),
    codec: textCodec,
    config: resolveSessionOptions({}),
    handler,
    wake: () => {},
    drained: () => {},
    throttle: () => {},
  });
  delivery.handleOpen(110);
  return delivery;
}

function data(number: number, message: unknown) {
  return { type: 'data', number, payload: textCodec.encode(message) } as const;
}

function ack(handled: number) {
  return { type: 'ack', received: handled, handled } as const;
}

describe('Delivery', () => {
  it('is settled, accepts nothing and has nothing to send at first', () => {
    const delivery = createDelivery();
    expect([delivery.isSettled, delivery.lastAccepted, delivery.nextFrame()]).toEqual([true, 0, undefined]);
    expect([delivery.queuedMessages, delivery.queuedBytes]).toEqual([0, 0]);
  });

  it('D2: sends answers before messages: RESULT, ACK, then DATA', () => {
    const delivery = createDelivery(() => 'done');
    void delivery.send('mine', {});
    delivery.handleFrame(data(1, 'yours'));
    delivery.runHandler();
    expect([delivery.nextFrame(), delivery.nextFrame(), delivery.nextFrame(), delivery.nextFrame()]).toEqual([
      { type: 'result', number: 1, ok: true, value: textCodec.encode('done') },
      ack(1),
      data(1, 'mine'),
      undefined,
    ]);
    expect([delivery.queuedMessages, delivery.queuedBytes, delivery.lastAccepted]).toEqual([1, 6, 1]);
  });

  it('is settled when both halves are', async () => {
    const delivery = createDelivery(() => {});
    const sent = delivery.send('mine', {});
    delivery.nextFrame();
    const settled = [delivery.isSettled];
    delivery.handleFrame(data(1, 'yours'));
    settled.push(delivery.isSettled);
    delivery.handleFrame(ack(1));
    settled.push(delivery.isSettled);
    delivery.runHandler();
    delivery.nextFrame();
    settled.push(delivery.isSettled);
    await sent;
    expect(settled).toEqual([false, false, false, true]);
  });

  it('settles a message with its RESULT', async () => {
    const delivery = createDelivery();
    const sent = delivery.send('mine', {});
    delivery.nextFrame();
    delivery.handleFrame({ type: 'result', number: 1, ok: true, value: textCodec.encode(7) });
    await expect(sent).resolves.toBe(7);
  });

  it('W6: leaves 10 of 110 bytes of a frame for its head, in both directions', async () => {
    const delivery = createDelivery((size) => 'x'.repeat(Number(size)));
    await expect(delivery.send('x'.repeat(99), {})).rejects.toThrow('a message must be at most 100 bytes, got 101');
    delivery.handleFrame(data(1, 98));
    delivery.handleFrame(data(2, 99));
    delivery.runHandler();
    expect([delivery.nextFrame(), delivery.nextFrame()]).toMatchObject([{ ok: true }, { code: 'result-too-large' }]);
  });

  it('D4: a lost connection puts sent messages in doubt, and both directions begin at 1 again', async () => {
    const delivery = createDelivery(() => {});
    const sent = delivery.send('mine', {});
    delivery.nextFrame();
    delivery.handleFrame(data(1, 'yours'));
    delivery.handleLost();
    await expect(sent).rejects.toMatchObject({ code: 'ERR_IN_DOUBT' });
    expect(delivery.lastAccepted).toBe(0);
    delivery.handleOpen(110);
    void delivery.send('again', {});
    delivery.handleFrame(data(1, 'yours again'));
    expect(delivery.nextFrame()).toEqual(data(1, 'again'));
  });

  it('hands back what the goodbye of the session has not accepted, and the rest at the end', async () => {
    const delivery = createDelivery();
    const [accepted, late] = [delivery.send('a', {}), delivery.send('b', {})];
    delivery.nextFrame();
    delivery.nextFrame();
    delivery.handleGoodbye(1, true);
    await expect(late).rejects.toThrow('the message was not handled: the peer has said goodbye');
    delivery.handleEnd('the session has ended: silent');
    await expect(accepted).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
