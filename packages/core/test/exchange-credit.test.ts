import { describe, expect, it } from 'vitest';
import { Exchange, NO_COUNTERS } from '../src/machines/exchange.ts';
import type { Outcome, Received } from '../src/machines/inbox.ts';
import type { DataFrame } from '../src/words/frame.ts';

const CAPACITY = { maxMessageBytes: 100, maxUnhandledBytes: 228 };

function data(number: number, byteCount: number): DataFrame {
  return { type: 'data', number, part: 'whole', payload: new Uint8Array(byteCount) };
}

/** Nothing else leaves. */
const QUIET = { bytesIn: 0, takesPayload: true, isLeaving: false };
const VALUE: Outcome = { ok: true, value: new Uint8Array(1) };

function openExchange(maxUnhandledBytes: number): Exchange {
  const exchange = new Exchange({ maxMessageBytes: 100, maxUnhandledBytes });
  exchange.inbox.grant();
  exchange.open({ maxMessageBytes: 100, credit: 0 }, NO_COUNTERS);
  return exchange;
}

/** A message comes, its handler returns a value, and the RESULT leaves. */
function handle(exchange: Exchange, number: number, byteCount: number): void {
  exchange.handleFrame(data(number, byteCount));
  exchange.inbox.finish(exchange.inbox.take() as Received, VALUE);
  expect(exchange.next(QUIET)).toMatchObject({ type: 'result', number });
}

describe('Exchange and its credit', () => {
  it('takes 228 of cost that HELLO has granted, also where WELCOME names another session', () => {
    const exchange = new Exchange(CAPACITY);
    const granted = exchange.inbox.grant();
    exchange.restart();
    exchange.open({ maxMessageBytes: 100, credit: 0 }, NO_COUNTERS);
    expect(granted).toBe(228);
    expect(() => exchange.handleFrame(data(1, 100))).not.toThrow();
  });

  it('tells a peer that it may send again, when its 100 bytes of credit may not do for the next message', () => {
    const exchange = openExchange(229);
    handle(exchange, 1, 1);
    expect(exchange.next(QUIET)).toMatchObject({ type: 'ack', handled: 1, limit: 358 });
    expect(exchange.next(QUIET)).toBeUndefined();
  });

  it('tells a peer of a quarter of 1000 at once, and of less only when something leaves', () => {
    const exchange = openExchange(1000);
    handle(exchange, 1, 100);
    expect(exchange.next(QUIET)).toBeUndefined();
    handle(exchange, 2, 100);
    expect(exchange.next(QUIET)).toMatchObject({ type: 'ack', limit: 1456 });
  });

  it('tells a peer of the whole inbox, where HELLO granted nothing and the session is another one', () => {
    const exchange = openExchange(228);
    exchange.handleFrame(data(1, 100));
    exchange.lose();
    expect(exchange.inbox.grant()).toBe(0);
    exchange.restart();
    exchange.open({ maxMessageBytes: 100, credit: 0 }, NO_COUNTERS);
    expect(exchange.next(QUIET)).toMatchObject({ type: 'ack', limit: 228 });
  });

  it('takes the next message where answers of 1128 are unconfirmed and the inbox holds 228: the peer need not tell of so few', () => {
    const exchange = openExchange(228);
    exchange.handleFrame(data(1, 1));
    exchange.inbox.finish(exchange.inbox.take() as Received, { ok: true, value: new Uint8Array(1000) });
    expect([exchange.next(QUIET)?.type, exchange.next(QUIET)?.type]).toEqual(['result', 'ack']);
    exchange.handleFrame(data(2, 1));
    expect(exchange.inbox.take()?.number).toBe(2);
  });

  it('tells at once that it has a value of 40000 bytes, also where ACK went in the midst of it', () => {
    const exchange = new Exchange({ maxMessageBytes: 100_000, maxUnhandledBytes: 100_128 });
    exchange.inbox.grant();
    exchange.open({ maxMessageBytes: 100, credit: 1000 }, NO_COUNTERS);
    exchange.outbox.add({ payload: new Uint8Array(1), handled: () => {}, refused: () => {}, failed: () => {} });
    expect(exchange.next(QUIET)).toMatchObject({ type: 'data', number: 1 });
    const twenty = { type: 'result', ok: true, number: 1, value: new Uint8Array(20_000) } as const;
    exchange.handleFrame({ ...twenty, part: 'first' });
    expect(exchange.next({ ...QUIET, bytesIn: 32_768 })).toMatchObject({ type: 'ack', settled: 0 });
    exchange.handleFrame({ ...twenty, part: 'last' });
    expect(exchange.next({ ...QUIET, bytesIn: 32_768 })).toMatchObject({ type: 'ack', settled: 1 });
  });
});
