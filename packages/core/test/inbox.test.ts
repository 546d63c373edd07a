import { describe, expect, it } from 'vitest';
import type { Outcome } from '../src/machines/inbox.ts';
import { Inbox } from '../src/machines/inbox.ts';
import { ProtocolError } from '../src/words/errors.ts';

const DONE: Outcome = { ok: true, value: undefined };

function data(number: number) {
  return { type: 'data', number, payload: Uint8Array.of(number) } as const;
}

/** An inbox that has so many messages. */
function createInbox(count: number): Inbox {
  const inbox = new Inbox();
  for (let number = 1; number <= count; number += 1) inbox.handleData(data(number));
  return inbox;
}

/** All answers that can be given now. */
function answers(inbox: Inbox) {
  const all: ReturnType<Inbox['next']>[] = [];
  for (let answer = inbox.next(); answer !== undefined; answer = inbox.next()) all.push(answer);
  return all;
}

describe('Inbox', () => {
  it('is idle and answers nothing before the first message', () => {
    const inbox = new Inbox();
    expect([inbox.isIdle, inbox.received, inbox.waiting]).toEqual([true, 0, 0]);
    expect(inbox.take()).toBeUndefined();
    expect(inbox.next()).toBeUndefined();
  });

  it('gives 3 messages to the handler in order, and counts those that wait', () => {
    const inbox = createInbox(3);
    expect([inbox.received, inbox.waiting]).toEqual([3, 3]);
    expect(inbox.take()).toEqual(data(1));
    expect([inbox.received, inbox.waiting]).toEqual([3, 2]);
    expect([inbox.take()?.number, inbox.take()?.number, inbox.take()]).toEqual([2, 3, undefined]);
  });

  it.each([
    [2, 0, 1],
    [1, 1, 2],
    [4, 2, 3],
  ])('refuses message %i after %i, where %i is the next one', (number, received, next) => {
    const inbox = createInbox(received);
    const complaint = new ProtocolError(`message ${number}, where ${next} was the next one`);
    expect(() => inbox.handleData(data(number))).toThrow(complaint);
    expect(inbox.received).toBe(received);
  });

  it('acknowledges nothing that is received and not handled', () => {
    const inbox = createInbox(2);
    inbox.take();
    expect(answers(inbox)).toEqual([]);
    expect(inbox.isIdle).toBe(false);
  });

  it('acknowledges 2 handled messages of 3 with 1 ACK, once', () => {
    const inbox = createInbox(3);
    inbox.take();
    inbox.finish(1, DONE);
    inbox.take();
    inbox.finish(2, DONE);
    expect(answers(inbox)).toEqual([{ type: 'ack', received: 3, handled: 2 }]);
    expect(answers(inbox)).toEqual([]);
  });

  it('D2: gives 2 results in order before the ACK that covers them, and counts a failure as handled', () => {
    const inbox = createInbox(3);
    inbox.take();
    inbox.finish(1, { ok: true, value: Uint8Array.of(7) });
    inbox.take();
    inbox.finish(2, DONE);
    inbox.take();
    inbox.finish(3, { ok: false, code: 'full', text: 'no room' });
    expect(answers(inbox)).toEqual([
      { type: 'result', number: 1, ok: true, value: Uint8Array.of(7) },
      { type: 'result', number: 3, ok: false, code: 'full', text: 'no room' },
      { type: 'ack', received: 3, handled: 3 },
    ]);
  });

  it('is idle again only when the message is handled, its result given out, and its ACK too', () => {
    const inbox = createInbox(1);
    const idle = [inbox.isIdle];
    inbox.take();
    inbox.finish(1, { ok: true, value: Uint8Array.of(7) });
    idle.push(inbox.isIdle);
    expect(inbox.results).toBe(1);
    inbox.next();
    idle.push(inbox.isIdle);
    expect(inbox.results).toBe(0);
    inbox.next();
    idle.push(inbox.isIdle);
    expect(idle).toEqual([false, false, false, true]);
  });
});
