import { describe, expect, it } from 'vitest';
import { Exchange, NO_COUNTERS } from '../src/machines/exchange.ts';
import type { Outcome, Received } from '../src/machines/inbox.ts';
import type { AckFrame, DataFrame, ResultFrame } from '../src/words/frame.ts';

const OPEN = { bytesIn: 0, takesPayload: true, isLeaving: false };
/** The send window is closed: results wait. */
const SHUT = { ...OPEN, takesPayload: false };

/** An open exchange that has sent `count` messages. */
function createExchange(count = 0): Exchange {
  const exchange = new Exchange({ maxMessageBytes: 100, maxUnhandledBytes: 10_000 });
  exchange.inbox.grant();
  exchange.open({ maxMessageBytes: 100, credit: 10_000 }, NO_COUNTERS);
  for (let number = 1; number <= count; number += 1) {
    exchange.outbox.add({ payload: new Uint8Array(1), handled: () => {}, refused: () => {}, failed: () => {} });
    exchange.next(OPEN);
  }
  return exchange;
}

function data(number: number): DataFrame {
  return { type: 'data', number, part: 'whole', payload: new Uint8Array(1) };
}

function ack(received: number, handled: number): AckFrame {
  return { type: 'ack', received, handled, settled: 0, read: 0, limit: 10_000 };
}

function value(number: number, part: 'whole' | 'first' | 'last'): ResultFrame {
  return { type: 'result', ok: true, number, part, value: new Uint8Array(part === 'first' ? 2_000 : 1) };
}

/** The next message is handled. */
function handle(exchange: Exchange, outcome: Outcome = { ok: true, value: undefined }): void {
  exchange.inbox.finish(exchange.inbox.take() as Received, outcome);
}

describe('Exchange, of what our application has handled', () => {
  it('L11: counts nothing where no message has come, and 0 before the first is handled', () => {
    const exchange = createExchange();
    expect(exchange.handled).toBeUndefined();
    exchange.handleFrame(data(1));
    expect(exchange.handled).toBe(0);
    handle(exchange);
    expect(exchange.handled).toBe(1);
  });

  it('L11: does not count a message before its RESULT has left', () => {
    const exchange = createExchange();
    for (const number of [1, 2]) exchange.handleFrame(data(number));
    handle(exchange);
    handle(exchange, { ok: true, value: new Uint8Array(1) });
    exchange.next(SHUT);
    expect(exchange.handled).toBe(1);
    expect(exchange.next(OPEN)).toMatchObject({ type: 'result', number: 2 });
    expect(exchange.handled).toBe(2);
  });
});

describe('Exchange, of what the peer owes', () => {
  it('L11: owes 3 messages that were sent, of which the first has not arrived as far as is known', () => {
    expect(createExchange(3).work).toEqual({ owed: 3, steps: 0, hasArrived: false });
  });

  it('knows from ACK that the first has arrived, which is no step', () => {
    const exchange = createExchange(3);
    exchange.handleFrame(ack(1, 0));
    expect(exchange.work).toEqual({ owed: 3, steps: 0, hasArrived: true });
  });

  it('L11: steps with ACK, RESULT and the count of PONG, if they tell of one more', () => {
    const exchange = createExchange(4);
    exchange.handleFrame(ack(4, 1));
    expect(exchange.work).toEqual({ owed: 3, steps: 1, hasArrived: true });
    exchange.handleFrame(ack(4, 1));
    expect(exchange.work.steps).toBe(1);
    exchange.handleFrame(value(2, 'whole'));
    expect(exchange.work).toEqual({ owed: 2, steps: 2, hasArrived: true });
    exchange.handleCount(3);
    exchange.handleCount(3);
    expect(exchange.work).toEqual({ owed: 2, steps: 3, hasArrived: true });
  });

  it('L11: steps with each part of a value: its application is done, and the path is slow', () => {
    const exchange = new Exchange({ maxMessageBytes: 10_000, maxUnhandledBytes: 20_000 });
    exchange.inbox.grant();
    exchange.open({ maxMessageBytes: 100, credit: 10_000 }, NO_COUNTERS);
    exchange.outbox.add({ payload: new Uint8Array(1), handled: () => {}, refused: () => {}, failed: () => {} });
    exchange.next(OPEN);
    exchange.handleFrame(value(1, 'first'));
    expect(exchange.work).toMatchObject({ owed: 1, steps: 1 });
    exchange.handleFrame(value(1, 'last'));
    expect(exchange.work).toMatchObject({ owed: 0, steps: 2 });
  });

  it('settles nothing by the count of PONG', () => {
    const exchange = createExchange(3);
    exchange.handleCount(3);
    expect(exchange.counters.settled).toBe(0);
  });

  it.each([
    [4, 'PONG counts 4 as handled, where 1 to 3 are possible'],
    [0, 'PONG counts 0 as handled, where 1 to 3 are possible'],
  ])('refuses the count %d where 3 were sent and 1 is settled', (count, message) => {
    const exchange = createExchange(3);
    exchange.handleFrame(ack(3, 1));
    expect(() => exchange.handleCount(count)).toThrow(message);
  });

  it('counts from 1 again in another session', () => {
    const exchange = createExchange(3);
    exchange.handleCount(3);
    exchange.restart();
    exchange.open({ maxMessageBytes: 100, credit: 10_000 }, NO_COUNTERS);
    exchange.outbox.add({ payload: new Uint8Array(1), handled: () => {}, refused: () => {}, failed: () => {} });
    exchange.next(OPEN);
    const { steps } = exchange.work;
    exchange.handleCount(1);
    expect(exchange.work.steps).toBe(steps + 1);
  });
});
