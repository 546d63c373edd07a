import { describe, expect, it } from 'vitest';
import { NO_COUNTERS } from '../src/machines/exchange.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { Delivery } from '../src/session/delivery.ts';
import type { AckFrame } from '../src/words/frame.ts';
import { FakeClock } from './support/fake-clock.ts';
import { SILENT } from './support/session-rig.ts';
import { textCodec } from './support/text-codec.ts';

const STREAM = { bytesIn: 0, takesPayload: true, isLeaving: false };
const CAPACITY = { maxMessageBytes: 1_000, credit: 10_000 };

/** The delivery of a session with an open connection. */
function createDelivery(appStallTimeout: number | false = 60_000) {
  const log: string[] = [];
  const clock = new FakeClock(log);
  const delivery = new Delivery({
    clock,
    codec: textCodec,
    logger: SILENT,
    config: resolveSessionOptions({ appStallTimeout }),
    hasHandler: true,
    handle: () => undefined,
    isEnded: false,
    wake: () => {},
    drained: () => {},
    askPeer: () => log.push('ask'),
    handleStandstill: ({ owed, forMs }) => log.push(`stalled ${owed} for ${forMs}`),
  });
  delivery.grant();
  delivery.handleOpen(CAPACITY, NO_COUNTERS);
  const send = (): void => {
    delivery.post('message');
    delivery.nextFrame(STREAM);
    delivery.watchApp();
  };
  return { delivery, clock, send, take: () => log.splice(0) };
}

function ack(received: number, handled: number): AckFrame {
  return { type: 'ack', received, handled, settled: 0, read: 0, limit: 10_000 };
}

describe('Delivery, watching the application of the peer', () => {
  it('L11: has 0 alarms before the first message was sent, though one was queued and one received', () => {
    const { delivery, take } = createDelivery();
    delivery.post('message');
    delivery.handleFrame({ type: 'data', number: 1, part: 'whole', payload: textCodec.encode(1) });
    delivery.watchApp();
    delivery.runHandler();
    delivery.watchApp();
    expect(take()).toEqual([]);
  });

  it('L11: asks whether the message has come after 15,000 ms, and tells at 60,000 that it stands', () => {
    const { delivery, clock, send, take } = createDelivery();
    send();
    clock.advanceTo(15_000);
    expect(take()).toEqual(['arm 15000', 'ask']);
    delivery.handleFrame(ack(1, 0));
    delivery.handlePong();
    delivery.watchApp();
    clock.advanceTo(60_000);
    expect(take()).toEqual(['arm 60000', 'ask']);
    delivery.handlePong();
    delivery.watchApp();
    clock.poll();
    expect(take()).toEqual(['stalled 1 for 60000']);
  });

  it('L11: takes the count of a PONG for a step', () => {
    const { delivery, clock, send, take } = createDelivery();
    send();
    send();
    delivery.handleFrame(ack(2, 0));
    delivery.watchApp();
    clock.moveTo(59_000);
    delivery.handleCount(1);
    delivery.watchApp();
    clock.advanceTo(118_999);
    expect(take().at(-1)).toBe('arm 119000');
  });

  it('has 0 alarms while the session has no connection', () => {
    const { delivery, clock, send } = createDelivery();
    send();
    expect(clock.alarmsSet).toBe(1);
    delivery.handleLost();
    expect(clock.alarmsSet).toBe(0);
  });

  it('L11: begins anew on the next connection, on which the message is sent again', () => {
    const { delivery, clock, send, take } = createDelivery();
    send();
    clock.moveTo(59_000);
    delivery.handleLost();
    clock.moveTo(100_000);
    delivery.handleOpen(CAPACITY, NO_COUNTERS);
    take();
    delivery.nextFrame(STREAM);
    delivery.watchApp();
    expect(take()).toEqual(['arm 115000']);
  });

  it('has 0 alarms where appStallTimeout is false', () => {
    const { send, take } = createDelivery(false);
    send();
    expect(take()).toEqual([]);
  });
});
