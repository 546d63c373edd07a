import { describe, expect, it } from 'vitest';
import type { DeliveryFrame } from '../src/machines/exchange.ts';
import { Exchange, findGapOfNew, NO_COUNTERS } from '../src/machines/exchange.ts';
import type { InboxCapacity, Outcome } from '../src/machines/inbox.ts';
import type { Parcel } from '../src/machines/parcels.ts';
import { ProtocolError } from '../src/words/errors.ts';
import { AMPLE, ack, data, pattern, sketch, turn, value } from './support/delivery-frames.ts';

const CAPACITY: InboxCapacity = { maxMessageBytes: 200_000, maxUnhandledBytes: 400_000 };
const DONE: Outcome = { ok: true, value: undefined };

function createExchange(capacity: Partial<InboxCapacity> = {}): Exchange {
  const exchange = new Exchange({ ...CAPACITY, ...capacity });
  exchange.inbox.grant();
  exchange.open({ maxMessageBytes: 200_000, credit: CAPACITY.maxUnhandledBytes }, NO_COUNTERS);
  return exchange;
}

function add(exchange: Exchange, payload: Uint8Array = pattern(10), fates: string[] = []): Parcel {
  const parcel: Parcel = {
    payload,
    handled: () => fates.push('handled'),
    refused: () => fates.push('refused'),
    failed: () => fates.push('failed'),
  };
  exchange.outbox.add(parcel);
  return parcel;
}

/** The handler is done with the next message. */
function handle({ inbox }: Exchange, outcome: Outcome | Uint8Array = DONE): void {
  const message = inbox.take();
  if (message === undefined) throw new RangeError('no message to handle');
  inbox.finish(message, outcome instanceof Uint8Array ? { ok: true, value: outcome } : outcome);
}

function receive(exchange: Exchange, ...frames: DeliveryFrame[]): void {
  for (const frame of frames) exchange.handleFrame(frame);
}

/** An exchange that has sent 1 message, and owes nothing. */
function createWaiting(): Exchange {
  const exchange = createExchange();
  add(exchange);
  turn(exchange);
  return exchange;
}

describe('Exchange: the order of frames', () => {
  it('D2: RESULT goes before the ACK that covers it, and answers before messages', () => {
    const exchange = createExchange();
    add(exchange);
    receive(exchange, data(1), data(2), data(3));
    handle(exchange);
    handle(exchange, pattern(5));
    handle(exchange);
    expect(turn(exchange).map(sketch)).toEqual(['result 2 whole 5', 'ack 3 3 0', 'data 1 whole 10']);
  });

  it('D2: an ACK while the window is closed covers nothing whose RESULT waits: 1 of 3, and 3 when it is open', () => {
    const exchange = createExchange();
    add(exchange);
    receive(exchange, data(1), data(2), data(3));
    handle(exchange);
    handle(exchange, pattern(5));
    handle(exchange);
    expect(turn(exchange, { takesPayload: false }).map(sketch)).toEqual(['ack 3 1 0']);
    expect(turn(exchange).map(sketch)).toEqual(['result 2 whole 5', 'ack 3 3 0', 'data 1 whole 10']);
  });

  it('D2: the window closes between the parts of a value: the ACK in between does not cover it', () => {
    const exchange = createExchange();
    receive(exchange, data(1), data(2));
    handle(exchange, pattern(65_473));
    const stream = { bytesIn: 0, takesPayload: true, isLeaving: false };
    expect(sketch(exchange.next(stream)!)).toBe('result 1 first 65472');
    handle(exchange);
    expect(turn(exchange, { takesPayload: false, isLeaving: true }).map(sketch)).toEqual(['ack 2 0 0']);
    expect(turn(exchange).map(sketch)).toEqual(['result 1 last 1', 'ack 2 2 0']);
  });

  it('W5: nothing but ACK leaves while the window is closed', () => {
    const exchange = createExchange();
    add(exchange);
    expect(turn(exchange, { takesPayload: false })).toEqual([]);
    expect(turn(exchange).map(sketch)).toEqual(['data 1 whole 10']);
  });

  it('names in an ACK what it has read, and the room that there is', () => {
    const exchange = createExchange({ maxUnhandledBytes: 300_000 });
    receive(exchange, data(1, pattern(10)), data(2, pattern(10)));
    handle(exchange);
    const [frame] = turn(exchange, { bytesIn: 4_711 });
    expect(frame).toEqual(ack({ received: 2, handled: 1, read: 4_711, limit: 300_000 + 138 }));
  });
});

describe('Exchange: when ACK goes', () => {
  it('is urgent when a message is handled without a value, once', () => {
    const exchange = createExchange();
    receive(exchange, data(1));
    expect(turn(exchange)).toEqual([]);
    handle(exchange);
    expect(turn(exchange).map(sketch)).toEqual(['ack 1 1 0']);
    expect(turn(exchange)).toEqual([]);
  });

  it('rides behind a RESULT, with the room that it has made', () => {
    const exchange = createExchange();
    receive(exchange, data(1));
    handle(exchange, pattern(1));
    expect(turn(exchange)).toEqual([value(1, pattern(1)), ack({ received: 1, handled: 1, limit: 400_129 })]);
  });

  it('rides if received has moved, on whatever leaves in the turn, and does not leave alone', () => {
    const exchange = createExchange();
    receive(exchange, data(1));
    expect(turn(exchange)).toEqual([]);
    expect(turn(exchange, { isLeaving: true }).map(sketch)).toEqual(['ack 1 0 0']);
    expect(turn(exchange, { isLeaving: true })).toEqual([]);
  });

  it('rides if settled has moved, on whatever leaves in the turn, and does not leave alone', () => {
    const exchange = createWaiting();
    receive(exchange, ack({ received: 1, handled: 1 }));
    expect(turn(exchange)).toEqual([]);
    expect(turn(exchange, { isLeaving: true }).map(sketch)).toEqual(['ack 0 0 1']);
    expect(turn(exchange, { isLeaving: true })).toEqual([]);
  });

  it('W5: is urgent at 32,768 bytes read, and not at 32,767, each time', () => {
    const exchange = createExchange();
    expect(turn(exchange, { bytesIn: 32_767 })).toEqual([]);
    expect(turn(exchange, { bytesIn: 32_768 })).toMatchObject([{ type: 'ack', read: 32_768 }]);
    expect(turn(exchange, { bytesIn: 65_535 })).toEqual([]);
    expect(turn(exchange, { bytesIn: 65_536, takesPayload: false })).toMatchObject([{ type: 'ack', read: 65_536 }]);
  });

  it('counts bytes read from the beginning of each connection', () => {
    const exchange = createExchange();
    turn(exchange, { bytesIn: 100_000 });
    exchange.lose();
    exchange.open({ maxMessageBytes: 200_000, credit: AMPLE }, NO_COUNTERS);
    expect(turn(exchange, { bytesIn: 32_767 })).toEqual([]);
    expect(turn(exchange, { bytesIn: 32_768 })).toHaveLength(1);
  });

  it.each([
    [32_767, 2, []],
    [32_768, 3, ['ack 0 0 254']],
  ])('D2: at results that cost %i, which the peer keeps for us: 253 of 1 byte and 1 of %i', (_, bytes, expected) => {
    const exchange = createExchange();
    for (let i = 0; i < 254; i += 1) add(exchange);
    turn(exchange);
    for (let number = 1; number <= 253; number += 1) receive(exchange, value(number)); // 129 each
    expect(turn(exchange)).toEqual([]);
    receive(exchange, value(254, pattern(bytes)));
    expect(turn(exchange).map(sketch)).toEqual(expected);
    expect(turn(exchange)).toEqual([]);
  });

  it('D2: is urgent at the last part of a value that costs 65,610, also where an ACK of what was read came in between', () => {
    const exchange = createWaiting();
    receive(exchange, value(1, pattern(65_472), 'first'));
    expect(turn(exchange, { bytesIn: 65_480 }).map(sketch)).toEqual(['ack 0 0 0']);
    receive(exchange, value(1, pattern(10), 'last'));
    expect(turn(exchange, { bytesIn: 65_500 }).map(sketch)).toEqual(['ack 0 0 1']);
    expect(turn(exchange, { bytesIn: 65_500 })).toEqual([]);
  });

  it('two idle ends do not answer ACKs with ACKs: silence after 1 message and 2 ACKs, of which 1 rode', () => {
    const [one, other] = [createExchange(), createExchange()];
    add(one);
    receive(other, ...turn(one));
    handle(other);
    const answer = turn(other);
    expect(answer.map(sketch)).toEqual(['ack 1 1 0']);
    receive(one, ...answer);
    expect(turn(one)).toEqual([]);
    const ping = turn(one, { isLeaving: true });
    expect(ping.map(sketch)).toEqual(['ack 0 0 1']);
    receive(other, ...ping);
    for (const end of [one, other]) expect(turn(end, { isLeaving: true })).toEqual([]);
  });
});

describe('Exchange: frames that come', () => {
  it('forgets the answers that the peer has settled', () => {
    const exchange = createExchange();
    receive(exchange, data(1));
    handle(exchange, pattern(10));
    turn(exchange);
    expect(exchange.inbox.cost).toBe(138);
    receive(exchange, ack({ settled: 1 }));
    expect(exchange.inbox.cost).toBe(0);
  });

  it.each<[string, DeliveryFrame, string]>([
    ['DATA 2', data(2), 'message 2, where 1 was the next one'],
    ['RESULT 2', value(2), 'RESULT for message 2, where 1 was the last one sent'],
    ['ACK received 2', ack({ received: 2 }), 'ACK for message 2, where 1 was the last one sent'],
    ['ACK settled 1', ack({ settled: 1 }), 'settled 1, where 0 was the last one answered'],
  ])('refuses %s where 1 was sent and nothing received', (_, frame, complaint) => {
    expect(() => createWaiting().handleFrame(frame)).toThrow(new ProtocolError(complaint));
  });

  it('is settled when each message is sent and answered, and each answer given', () => {
    const exchange = createExchange();
    const settled = [exchange.isSettled];
    add(exchange);
    settled.push(exchange.isSettled);
    turn(exchange);
    settled.push(exchange.isSettled);
    receive(exchange, ack({ received: 1, handled: 1 }), data(1));
    settled.push(exchange.isSettled);
    handle(exchange);
    turn(exchange);
    settled.push(exchange.isSettled);
    expect(settled).toEqual([true, false, false, false, true]);
  });
});

describe('Exchange: connections', () => {
  it('sends nothing before a connection is open, and nothing between two', () => {
    const exchange = new Exchange(CAPACITY);
    add(exchange);
    expect([turn(exchange), exchange.hasToSend, exchange.isSettled]).toEqual([[], false, true]);
    exchange.open({ maxMessageBytes: 200_000, credit: AMPLE }, NO_COUNTERS);
    expect([exchange.hasToSend, exchange.isSettled]).toEqual([true, false]);
    exchange.lose();
    expect([turn(exchange), exchange.hasToSend]).toEqual([[], false]);
  });

  it('D2: both directions go on where the peer stands: it lacks DATA 2 and RESULT 2', () => {
    const exchange = createExchange();
    add(exchange);
    add(exchange);
    receive(exchange, data(1), data(2));
    handle(exchange, pattern(1));
    handle(exchange, pattern(2));
    turn(exchange);
    exchange.lose();
    expect(exchange.counters).toEqual({ received: 2, settled: 0 });
    exchange.inbox.grant();
    exchange.open({ maxMessageBytes: 200_000, credit: AMPLE }, { received: 1, settled: 1 });
    // received is known from the handshake, and told in an ACK only where something else is new.
    expect(turn(exchange).map(sketch)).toEqual(['result 2 whole 2', 'data 2 whole 10']);
  });

  it('D2: finds the gap in either direction: received 3 of 2, settled 2 of 1', () => {
    const exchange = createExchange();
    add(exchange);
    add(exchange);
    turn(exchange);
    receive(exchange, data(1));
    handle(exchange);
    exchange.lose();
    expect(exchange.findGap({ received: 2, settled: 1 })).toBeUndefined();
    expect(exchange.findGap({ received: 3, settled: 1 })).toBe('received 3, where 0 to 2 are possible');
    expect(exchange.findGap({ received: 2, settled: 2 })).toBe('settled 2, where 0 to 1 are possible');
  });

  it('D2: a session without messages goes on only at a peer without any', () => {
    expect(findGapOfNew(NO_COUNTERS)).toBeUndefined();
    for (const peer of [
      { received: 1, settled: 0 },
      { received: 0, settled: 1 },
    ]) {
      expect(findGapOfNew(peer)).toMatch(/^received . and settled ., where there were no messages$/);
    }
  });

  it('D4: a restart begins both directions at 1, keeps 1 unsent, and forgets what has come', () => {
    const exchange = createWaiting();
    const late = add(exchange, pattern(5));
    receive(exchange, data(1), data(2));
    const before = exchange.inbox;
    expect(exchange.restart()).toHaveLength(1);
    expect(exchange.inbox).not.toBe(before);
    expect([exchange.counters, exchange.hasToSend, exchange.inbox.cost]).toEqual([NO_COUNTERS, false, 0]);
    exchange.inbox.grant();
    exchange.open({ maxMessageBytes: 200_000, credit: AMPLE }, NO_COUNTERS);
    expect(turn(exchange)).toEqual([data(1, late.payload)]);
    receive(exchange, data(1));
    expect(exchange.inbox.received).toBe(1);
  });
});

describe('Exchange: room of which the peer does not know', () => {
  const SMALL: InboxCapacity = { maxMessageBytes: 1_000, maxUnhandledBytes: 1_128 };

  it('W5: a session that begins behind a full inbox tells at once that there is room again: 1128 where HELLO said 0', () => {
    const exchange = createExchange(SMALL);
    receive(exchange, data(1, pattern(1_000)));
    exchange.lose();
    expect(exchange.inbox.grant()).toBe(0); // what HELLO says, before WELCOME begins another session
    exchange.restart();
    exchange.open({ maxMessageBytes: 1_000, credit: AMPLE }, NO_COUNTERS);
    expect(() => receive(exchange, data(1))).toThrow('message 1 exceeds the credit of 0 by 129');
    expect(turn(exchange)).toEqual([ack({ limit: 1_128 })]);
    expect(turn(exchange)).toEqual([]);
    receive(exchange, data(1, pattern(1_000)));
  });

  it('W5: an ACK that found no room to ride behind its RESULT goes alone, where the peer may wait for 1128', () => {
    const exchange = createExchange(SMALL);
    receive(exchange, data(1, pattern(1_000)));
    handle(exchange, pattern(1));
    expect(exchange.next({ bytesIn: 0, takesPayload: true, isLeaving: false })).toEqual(value(1, pattern(1)));
    expect(turn(exchange)).toEqual([ack({ received: 1, handled: 1, limit: 2_256 })]);
  });

  it.each([
    [65_599, 1],
    [65_600, 0],
  ])('W5: with %i left, where a part costs at most 65,600, %i ACK goes alone', (left, count) => {
    const exchange = createExchange();
    const taken = CAPACITY.maxUnhandledBytes - left;
    receive(exchange, data(1, pattern(50_000)), data(2, pattern(150_000)));
    receive(exchange, data(3, pattern(taken - 50_128 - 150_128 - 128)));
    handle(exchange, pattern(1));
    exchange.next({ bytesIn: 0, takesPayload: true, isLeaving: false });
    expect(turn(exchange)).toHaveLength(count);
  });
});

describe('Exchange: goodbyes', () => {
  it('after our own: answers go on, messages do not', () => {
    const exchange = createExchange();
    receive(exchange, data(1));
    add(exchange);
    exchange.handleFarewell();
    handle(exchange, pattern(1));
    expect(turn(exchange).map(sketch)).toEqual(['result 1 whole 1', 'ack 1 1 0']);
    expect([exchange.hasToSend, exchange.isSettled]).toEqual([false, true]);
  });

  it('after the peer’s with lastAccepted 1 of 2: message 2 waits for the next connection, and the answer to 1 is awaited', () => {
    const exchange = createExchange();
    add(exchange);
    add(exchange);
    turn(exchange);
    exchange.handleGoodbye(1);
    expect([turn(exchange), exchange.hasToSend, exchange.isSettled]).toEqual([[], false, false]);
    receive(exchange, ack({ received: 1, handled: 1 }));
    expect(exchange.isSettled).toBe(true);
    exchange.lose();
    exchange.open({ maxMessageBytes: 200_000, credit: AMPLE }, { received: 1, settled: 0 });
    expect(turn(exchange).map(sketch)).toEqual(['data 2 whole 10']);
  });

  it('refuses a goodbye that has accepted message 2 of 1', () => {
    expect(() => createWaiting().handleGoodbye(2)).toThrow(ProtocolError);
  });
});
