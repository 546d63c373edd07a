import { describe, expect, it } from 'vitest';
import type { InboxCapacity, Outcome } from '../src/machines/inbox.ts';
import { Inbox } from '../src/machines/inbox.ts';
import { allocate } from '../src/rules/slab.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { ResultFrame } from '../src/words/frame.ts';
import { data, failure, pattern, sketch, value } from './support/delivery-frames.ts';

const DONE: Outcome = { ok: true, value: undefined };
const CAPACITY: InboxCapacity = { maxMessageBytes: 200_000, maxUnhandledBytes: 400_000 };

/** An inbox on an open connection that has so many messages of 1 byte. */
function createInbox(count = 0, capacity: Partial<InboxCapacity> = {}): Inbox {
  const inbox = new Inbox({ ...CAPACITY, ...capacity });
  inbox.grant();
  inbox.open(0);
  for (let number = 1; number <= count; number += 1) inbox.handleData(data(number));
  return inbox;
}

/** The handler is done with the next message. */
function handle(inbox: Inbox, outcome: Outcome | Uint8Array = DONE): void {
  const message = inbox.take();
  if (message === undefined) throw new RangeError('no message to handle');
  inbox.finish(message, outcome instanceof Uint8Array ? { ok: true, value: outcome } : outcome);
}

/** All answers that can be given now. */
function answers(inbox: Inbox): ResultFrame[] {
  const all: ResultFrame[] = [];
  for (let answer = inbox.next(); answer !== undefined; answer = inbox.next()) all.push(answer);
  return all;
}

/** The connection is lost, and another one open, whose peer has the outcome of all up to `settled`. */
function reconnect(inbox: Inbox, settled: number): number {
  inbox.lose();
  const credit = inbox.grant();
  inbox.open(settled);
  return credit;
}

describe('Inbox: messages', () => {
  it('is idle and answers nothing before the first message', () => {
    const inbox = createInbox();
    expect([inbox.isIdle, inbox.received, inbox.waiting, inbox.answered, inbox.cost]).toEqual([true, 0, 0, 0, 0]);
    expect([inbox.take(), inbox.next(), inbox.owesAck]).toEqual([undefined, undefined, false]);
  });

  it('D1: gives 3 messages to the handler in order, and counts those that wait', () => {
    const inbox = createInbox(3);
    expect([inbox.received, inbox.waiting]).toEqual([3, 3]);
    expect(inbox.take()).toEqual({ number: 1, payload: Uint8Array.of(1), isOwn: false });
    expect([inbox.received, inbox.waiting]).toEqual([3, 2]);
    expect([inbox.take()?.number, inbox.take()?.number, inbox.take()]).toEqual([2, 3, undefined]);
  });

  it.each([
    [2, 0, 1],
    [1, 1, 2],
    [4, 2, 3],
  ])('D2: refuses message %i after %i, where %i is the next one', (number, received, next) => {
    const inbox = createInbox(received);
    const complaint = new ProtocolError(`message ${number}, where ${next} was the next one`);
    expect(() => inbox.handleData(data(number))).toThrow(complaint);
    expect(inbox.received).toBe(received);
  });

  it('D2: numbers go on across connections: 3 follows 2, and 1 does not come again', () => {
    const inbox = createInbox(2);
    reconnect(inbox, 0);
    expect(() => inbox.handleData(data(1))).toThrow('message 1, where 3 was the next one');
    inbox.handleData(data(3));
    expect([inbox.received, inbox.waiting]).toEqual([3, 3]);
  });

  it('has received a message of 3 parts when the last is here', () => {
    const inbox = createInbox();
    const bytes = pattern(2_050);
    inbox.handleData(data(1, bytes.subarray(0, 1_024), 'first'));
    inbox.handleData(data(1, bytes.subarray(1_024, 2_048), 'middle'));
    expect([inbox.received, inbox.take()]).toEqual([0, undefined]);
    inbox.handleData(data(1, bytes.subarray(2_048), 'last'));
    expect(inbox.take()).toEqual({ number: 1, payload: bytes, isOwn: true });
  });

  it('keeps messages that go on waiting as copies, be it that the connection is lost; those that are half of a chunk of 60,000 bytes as views', () => {
    const inbox = createInbox();
    const chunk = pattern(60_000);
    const put = (number: number, length: number) =>
      inbox.handleData({ type: 'data', number, part: 'whole', payload: chunk.subarray(100, 100 + length) });
    for (const [number, length] of [
      [1, 10],
      [2, 29_999],
      [3, 30_000],
    ] as const)
      put(number, length);
    expect(inbox.take()?.payload.buffer).toBe(chunk.buffer);
    inbox.keep();
    put(4, 100);
    inbox.lose();
    const kept = [inbox.take(), inbox.take(), inbox.take()].map((message) => message?.payload ?? new Uint8Array(0));
    expect(kept).toEqual([29_999, 30_000, 100].map((length) => chunk.subarray(100, 100 + length)));
    expect(kept.map(({ buffer }) => buffer === chunk.buffer)).toEqual([false, true, false]);
  });

  it('keeps 20 messages of one turn in 2,000 bytes that nobody else shares', () => {
    const inbox = createInbox();
    const chunk = pattern(60_000);
    for (let number = 1; number <= 20; number += 1) {
      const payload = chunk.subarray(number * 1_000, number * 1_000 + 100);
      inbox.handleData({ type: 'data', number, part: 'whole', payload });
    }
    inbox.keep();
    const kept = Array.from({ length: 20 }, () => inbox.take()?.payload ?? new Uint8Array(0));
    expect(kept).toEqual(kept.map((_, index) => chunk.subarray((index + 1) * 1_000, (index + 1) * 1_000 + 100)));
    expect(new Set(kept.map(({ buffer }) => buffer)).size).toBe(1);
    expect(kept[0]?.buffer.byteLength).toBe(2_000);
  });

  it('W6: keeps answers out of slabs that others share once 32,768 bytes of them are not confirmed', () => {
    const inbox = createInbox();
    for (let number = 1; number <= 200; number += 1) {
      inbox.handleData(data(number));
      const message = inbox.take();
      if (message !== undefined) inbox.finish(message, { ok: true, value: allocate(100).fill(number) });
    }
    const answers = Array.from({ length: 200 }, () => inbox.next());
    const held = answers.map((answer) => (answer?.ok === true ? answer.value : new Uint8Array(0)));
    expect(held).toEqual(held.map((_, index) => new Uint8Array(100).fill(index + 1)));
    // 144 answers of 228 bytes are the first to be 32,768.
    expect(held.map(({ buffer }) => buffer.byteLength)).toEqual(held.map((_, index) => (index < 144 ? 8_192 : 100)));
  });

  it('copies a message once, however many turns it waits', () => {
    const inbox = createInbox(2);
    inbox.take();
    inbox.keep();
    inbox.handleData(data(3));
    const second = inbox.take();
    const payload = second?.payload;
    inbox.keep();
    expect(second?.payload).toBe(payload);
    expect(inbox.waiting).toBe(1);
  });

  it('refuses part of message 2 inside of 1', () => {
    const inbox = createInbox();
    inbox.handleData(data(1, pattern(1_024), 'first'));
    const complaint = new ProtocolError('message 2, where 1 was the next one');
    expect(() => inbox.handleData(data(2, pattern(1), 'last'))).toThrow(complaint);
  });

  it('D2: a partial message dies with its connection, and comes again from its first part', () => {
    const inbox = createInbox();
    inbox.handleData(data(1, pattern(1_024, 9), 'first'));
    reconnect(inbox, 0);
    expect(() => inbox.handleData(data(1, pattern(1), 'last'))).toThrow('DATA is last, where a part has not begun');
    inbox.handleData(data(1, pattern(1_024), 'first'));
    inbox.handleData(data(1, Uint8Array.of(7), 'last'));
    expect(inbox.take()?.payload).toEqual(Uint8Array.of(...pattern(1_024), 7));
  });

  it('W6: refuses a message of 200,001 bytes at its last part, and one that is whole, and keeps nothing of it', () => {
    const inbox = createInbox();
    expect(() => inbox.handleData(data(1, pattern(200_001)))).toThrow('over the limit of 200000');
    expect(inbox.cost).toBe(0);
    inbox.handleData(data(1, pattern(150_000), 'first'));
    expect(() => inbox.handleData(data(1, pattern(50_001), 'last'))).toThrow('over the limit of 200000');
    expect(inbox.cost).toBe(150_128);
  });
});

describe('Inbox: credit', () => {
  it('W5: 2 messages of 10 bytes cost 276: with 276 to give, the next byte is a protocol error', () => {
    const inbox = createInbox(0, { maxUnhandledBytes: 276 });
    inbox.handleData(data(1, pattern(10)));
    inbox.handleData(data(2, pattern(10)));
    const complaint = new ProtocolError('message 3 exceeds the credit of 276 by 128');
    expect(() => inbox.handleData(data(3, pattern(0)))).toThrow(complaint);
    expect([inbox.received, inbox.cost]).toEqual([2, 276]);
  });

  it('W5: only the first part costs 128 more', () => {
    const inbox = createInbox(0, { maxUnhandledBytes: 128 + 2_048 });
    inbox.handleData(data(1, pattern(1_024), 'first'));
    inbox.handleData(data(1, pattern(1_024), 'last'));
    expect([inbox.cost, inbox.received]).toEqual([2_176, 1]);
    expect(() => inbox.handleData(data(2))).toThrow('message 2 exceeds the credit of 2176 by 129');
  });

  it('W5: the limit grows when a message is handled, not when it is taken, and counts only once it is told', () => {
    const inbox = createInbox(0, { maxUnhandledBytes: 276 });
    inbox.handleData(data(1, pattern(10)));
    inbox.handleData(data(2, pattern(10)));
    const message = inbox.take()!;
    expect([inbox.limit, inbox.hasNewLimit]).toEqual([276, false]);
    inbox.finish(message, DONE);
    expect([inbox.limit, inbox.hasNewLimit]).toEqual([414, true]);
    expect(() => inbox.handleData(data(3, pattern(10)))).toThrow('message 3 exceeds the credit of 276 by 138');
    inbox.handleAckSent();
    expect(inbox.hasNewLimit).toBe(false);
    inbox.handleData(data(3, pattern(10)));
    expect(() => inbox.handleData(data(4, pattern(0)))).toThrow('message 4 exceeds the credit of 414 by 128');
  });

  it('W5: the limit never goes back, over 500 messages of 0 to 9 bytes', () => {
    const inbox = createInbox(0, { maxUnhandledBytes: 1_000 });
    let last = inbox.limit;
    for (let number = 1; number <= 500; number += 1) {
      inbox.handleData(data(number, pattern(number % 10)));
      if (number % 5 === 0) while (inbox.waiting > 0) handle(inbox);
      expect(inbox.limit).toBeGreaterThanOrEqual(last);
      last = inbox.limit;
      inbox.handleAckSent();
    }
    expect(last).toBe(1_000 + 500 * 128 + 50 * 45); // all that has come, and 1,000 more
  });

  it('W5: the next connection gets what is left of 1000: 1000 less what waits and what is in the handler', () => {
    const inbox = createInbox(3, { maxUnhandledBytes: 1_000 });
    const message = inbox.take()!;
    expect(reconnect(inbox, 0)).toBe(1_000 - 3 * 129);
    inbox.finish(message, DONE);
    expect(inbox.limit).toBe(1_000 - 2 * 129);
  });

  it('W5: what a partial message has taken is given back when it dies with its connection', () => {
    const inbox = createInbox(1, { maxUnhandledBytes: 4_000 });
    inbox.handleData(data(2, pattern(1_500), 'first'));
    inbox.handleData(data(2, pattern(1_500), 'middle'));
    expect(inbox.cost).toBe(129 + 3_128);
    expect(reconnect(inbox, 0)).toBe(4_000 - 129);
    expect(inbox.cost).toBe(129);
  });
});

describe('Inbox: answers', () => {
  it('D2: has answered what is handled up to the first answer that is not sent', () => {
    const inbox = createInbox(4);
    handle(inbox);
    handle(inbox, pattern(3));
    handle(inbox);
    expect([inbox.answered, inbox.owesAck]).toEqual([1, true]);
    inbox.handleAckSent();
    expect(inbox.owesAck).toBe(false);
    expect(answers(inbox)).toEqual([value(2, pattern(3))]);
    expect([inbox.answered, inbox.owesAck]).toEqual([3, true]); // 3 has no RESULT that would tell
  });

  it('owes no ACK for what a RESULT tells: 3 values', () => {
    const inbox = createInbox(3);
    for (let i = 0; i < 3; i += 1) handle(inbox, pattern(1));
    expect([answers(inbox).length, inbox.answered, inbox.owesAck]).toEqual([3, 3, false]);
  });

  it('D2: a failed message counts as handled, and its RESULT comes in order', () => {
    const inbox = createInbox(3);
    handle(inbox, pattern(1));
    handle(inbox, { ok: false, code: 'full', text: 'no room' });
    handle(inbox, pattern(2));
    expect(answers(inbox)).toEqual([value(1, pattern(1)), failure(2), value(3, pattern(2))]);
  });

  it.each([
    [0, ['result 1 whole 0']],
    [65_472, ['result 1 whole 65472']],
    [65_473, ['result 1 first 65472', 'result 1 last 1']],
    [130_945, ['result 1 first 65472', 'result 1 middle 65472', 'result 1 last 1']],
  ])('W5: a value of %i bytes leaves in parts of at most 65,472', (bytes, expected) => {
    const inbox = createInbox(2);
    handle(inbox, pattern(bytes));
    handle(inbox, pattern(1));
    const frames = answers(inbox);
    expect(frames.map(sketch)).toEqual([...expected, 'result 2 whole 1']);
    const sent = Buffer.concat(frames.slice(0, -1).map((frame) => (frame.ok ? frame.value : pattern(0))));
    expect(Buffer.compare(sent, pattern(bytes))).toBe(0);
  });

  it('D2: a value that is sent in part is not answered: the ACK in between covers message 1 only', () => {
    const inbox = createInbox(2);
    handle(inbox);
    handle(inbox, pattern(65_473));
    inbox.next();
    expect(inbox.answered).toBe(1);
    inbox.next();
    expect(inbox.answered).toBe(2);
  });

  it('is idle when every message is handled, and the peer told', () => {
    const inbox = createInbox(2);
    const idle = [inbox.isIdle];
    handle(inbox, pattern(1));
    handle(inbox);
    idle.push(inbox.isIdle);
    answers(inbox);
    idle.push(inbox.isIdle);
    inbox.handleAckSent();
    idle.push(inbox.isIdle);
    expect(idle).toEqual([false, false, false, true]);
  });
});

describe('Inbox: answers are kept until the peer has them', () => {
  it('D2: keeps 2 answers of 128 + 10 bytes until `settled`, and forgets those up to it', () => {
    const inbox = createInbox(3);
    handle(inbox, pattern(10));
    handle(inbox);
    handle(inbox, pattern(10));
    answers(inbox);
    inbox.handleAckSent();
    expect(inbox.cost).toBe(276);
    inbox.handleSettled(2);
    expect(inbox.cost).toBe(138);
    inbox.handleSettled(3);
    expect(inbox.cost).toBe(0);
  });

  it('D2: sends again after a resume what the peer does not have: 2 and 3 of 3, in order, then the new', () => {
    const inbox = createInbox(4);
    for (let i = 0; i < 3; i += 1) handle(inbox, pattern(i));
    answers(inbox);
    reconnect(inbox, 1);
    expect([inbox.answered, inbox.isIdle]).toEqual([1, false]);
    handle(inbox, pattern(9));
    expect(answers(inbox)).toEqual([value(2, pattern(1)), value(3, pattern(2)), value(4, pattern(9))]);
    expect(inbox.isIdle).toBe(true);
  });

  it('D2: says again after a resume what is handled without a value', () => {
    const inbox = createInbox(2);
    handle(inbox);
    handle(inbox);
    inbox.handleAckSent();
    reconnect(inbox, 1);
    expect([inbox.owesAck, inbox.answered]).toEqual([true, 2]);
    reconnect(inbox, 2);
    expect([inbox.owesAck, inbox.isIdle]).toEqual([false, true]);
  });

  it('D2: a partial value dies with its connection: all of its parts are sent again', () => {
    const inbox = createInbox(1);
    handle(inbox, pattern(65_473));
    inbox.next();
    reconnect(inbox, 0);
    expect(answers(inbox).map(sketch)).toEqual(['result 1 first 65472', 'result 1 last 1']);
  });

  it('goes on behind what the peer has settled, and repeats nothing on the same connection', () => {
    const inbox = createInbox(3);
    handle(inbox, pattern(1));
    handle(inbox, pattern(2));
    expect(answers(inbox)).toHaveLength(2);
    inbox.handleSettled(1);
    expect(inbox.next()).toBeUndefined();
    handle(inbox, pattern(3));
    expect(answers(inbox)).toEqual([value(3, pattern(3))]);
  });

  it('refuses settled 2 where 1 was the last one answered, and 0 where it was 1', () => {
    const inbox = createInbox(2);
    handle(inbox);
    handle(inbox, pattern(1));
    inbox.handleAckSent();
    expect(() => inbox.handleSettled(2)).toThrow(new ProtocolError('settled 2, where 1 was the last one answered'));
    inbox.handleSettled(1);
    inbox.handleSettled(1);
    expect(() => inbox.handleSettled(0)).toThrow(new ProtocolError('settled goes back to 0, where it was 1'));
  });

  it.each([
    [0, 'settled 0, where 1 to 2 are possible'],
    [1, undefined],
    [2, undefined],
    [3, 'settled 3, where 1 to 2 are possible'],
  ])('D2: a peer that has settled %i, where it had 1 and 2 of 3 are handled: %s', (settled, gap) => {
    const inbox = createInbox(3);
    handle(inbox);
    handle(inbox);
    inbox.handleAckSent();
    inbox.handleSettled(1);
    inbox.lose();
    expect(inbox.findGap(settled)).toBe(gap);
  });

  it('D3: the handler does not wait for fewer than 32,768, of which no peer must tell: 254 answers of 129 in an inbox of 1,128', () => {
    const inbox = createInbox(0, { maxMessageBytes: 1_000, maxUnhandledBytes: 1_128 });
    for (let number = 1; number <= 255; number += 1) {
      inbox.handleData(data(number));
      handle(inbox, pattern(1));
      inbox.handleAckSent();
    }
    expect(inbox.cost).toBe(32_895);
    inbox.handleData(data(256));
    expect(inbox.take()).toBeUndefined();
  });

  it('D3: the handler waits while answers that cost 40,000 are kept, and goes on when the peer has one', () => {
    const inbox = createInbox(4, { maxMessageBytes: 20_000, maxUnhandledBytes: 40_000 });
    handle(inbox, pattern(19_871));
    handle(inbox, pattern(19_871)); // 39,998 with the one before
    handle(inbox, pattern(0));
    expect([inbox.cost, inbox.waiting]).toEqual([40_126 + 129, 1]);
    expect([inbox.take(), inbox.waiting]).toEqual([undefined, 1]);
    answers(inbox);
    expect(inbox.take()).toBeUndefined();
    inbox.handleSettled(1);
    expect(inbox.take()?.number).toBe(4);
  });
});
