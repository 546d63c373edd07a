import { describe, expect, it } from 'vitest';
import type { Parcel } from '../src/machines/outbox.ts';
import { Outbox } from '../src/machines/outbox.ts';
import { ProtocolError } from '../src/words/errors.ts';

/** Parcels that write down what becomes of them. */
function createDesk() {
  const fates: string[] = [];
  return {
    fates,
    parcel: (name: string, bytes = 10): Parcel => ({
      payload: new Uint8Array(bytes),
      handled: (value) => fates.push(`${name} handled ${value === undefined ? 'without a value' : [...value]}`),
      refused: (code, text) => fates.push(`${name} refused ${code}: ${text}`),
      failed: (error) => fates.push(`${name} failed ${error.message}`),
    }),
  };
}

/** An outbox whose parcels a, b, c ... are on the way, as numbers 1, 2, 3 ... */
function createSent(...names: string[]) {
  const { fates, parcel } = createDesk();
  const outbox = new Outbox();
  const parcels = names.map((name) => parcel(name));
  for (const one of parcels) outbox.add(one);
  while (outbox.next() !== undefined);
  return { outbox, fates, parcels, parcel };
}

function ack(handled: number, received = handled) {
  return { type: 'ack', received, handled } as const;
}

function result(number: number, ...bytes: number[]) {
  return { type: 'result', number, ok: true, value: Uint8Array.of(...bytes) } as const;
}

describe('Outbox: sending', () => {
  it('gives out messages in order, numbered from 1', () => {
    const { parcel } = createDesk();
    const outbox = new Outbox();
    const [a, b] = [parcel('a', 3), parcel('b', 5)];
    outbox.add(a);
    outbox.add(b);
    expect(outbox.peek()).toBe(a);
    expect(outbox.next()).toEqual({ type: 'data', number: 1, payload: a.payload });
    expect(outbox.peek()).toBe(b);
    expect(outbox.next()).toEqual({ type: 'data', number: 2, payload: b.payload });
    expect(outbox.peek()).toBeUndefined();
    expect(outbox.next()).toBeUndefined();
  });

  it('counts 2 messages of 8 bytes until they are settled, and 1 as unanswered once it is sent', () => {
    const { parcel } = createDesk();
    const outbox = new Outbox();
    outbox.add(parcel('a', 3));
    outbox.add(parcel('b', 5));
    expect([outbox.size, outbox.unanswered, outbox.queuedBytes]).toEqual([2, 0, 8]);
    outbox.next();
    expect([outbox.size, outbox.unanswered, outbox.queuedBytes]).toEqual([2, 1, 8]);
    outbox.handleAck(ack(1));
    expect([outbox.size, outbox.unanswered, outbox.queuedBytes]).toEqual([1, 0, 5]);
  });

  it('takes a message back that is not sent, and leaves no gap in the numbers', () => {
    const { parcel } = createDesk();
    const outbox = new Outbox();
    const [a, b, c] = [parcel('a'), parcel('b'), parcel('c')];
    for (const one of [a, b, c]) outbox.add(one);
    expect(outbox.withdraw(b)).toBe(true);
    expect([outbox.size, outbox.queuedBytes]).toEqual([2, 20]);
    expect([outbox.next()?.payload, outbox.next()?.payload]).toEqual([a.payload, c.payload]);
    expect(outbox.next()).toBeUndefined();
  });

  it('does not take a message back that is sent: it stays until it is answered', () => {
    const { outbox, parcels, fates } = createSent('a');
    expect(outbox.withdraw(parcels[0]!)).toBe(false);
    expect([outbox.size, outbox.queuedBytes]).toEqual([1, 10]);
    outbox.handleAck(ack(1));
    expect(fates).toEqual(['a handled without a value']);
  });
});

describe('Outbox: answers', () => {
  it('D2: an ACK of 2 settles messages 1 and 2 in order, and not 3', () => {
    const { outbox, fates } = createSent('a', 'b', 'c');
    outbox.handleAck(ack(2, 3));
    expect(fates).toEqual(['a handled without a value', 'b handled without a value']);
    expect(outbox.unanswered).toBe(1);
  });

  it('D2: received alone settles nothing', () => {
    const { outbox, fates } = createSent('a', 'b');
    outbox.handleAck(ack(0, 2));
    expect(fates).toEqual([]);
    expect(outbox.unanswered).toBe(2);
  });

  it('settles a message with the value of its RESULT, out of order too', () => {
    const { outbox, fates } = createSent('a', 'b');
    outbox.handleResult(result(2, 7, 8));
    expect(fates).toEqual(['b handled 7,8']);
    outbox.handleAck(ack(2));
    expect(fates).toEqual(['b handled 7,8', 'a handled without a value']);
  });

  it('settles a message with the code and text of a failed RESULT', () => {
    const { outbox, fates } = createSent('a');
    outbox.handleResult({ type: 'result', number: 1, ok: false, code: 'full', text: 'no room' });
    expect(fates).toEqual(['a refused full: no room']);
    expect([outbox.size, outbox.queuedBytes]).toEqual([0, 0]);
  });

  it('settles each message once: the second RESULT, the ACK that covers it, and the same ACK again say nothing', () => {
    const { outbox, fates } = createSent('a');
    outbox.handleResult(result(1, 7));
    outbox.handleResult(result(1, 9));
    outbox.handleAck(ack(1));
    outbox.handleAck(ack(1));
    expect(fates).toEqual(['a handled 7']);
    expect(outbox.queuedBytes).toBe(0);
  });

  it('refuses a RESULT for message 2 and an ACK of 2 where 1 was the last one sent', () => {
    const { outbox } = createSent('a');
    const complaint = new ProtocolError('an answer to message 2, where 1 was the last one sent');
    expect(() => outbox.handleResult(result(2))).toThrow(complaint);
    expect(() => outbox.handleAck(ack(0, 2))).toThrow(complaint);
  });
});

describe('Outbox: endings', () => {
  it('D4: tells the 2 messages in doubt from the 1 that was never sent when the connection is gone', () => {
    const { outbox, parcels, parcel, fates } = createSent('a', 'b', 'c');
    outbox.handleAck(ack(1));
    const late = parcel('late');
    outbox.add(late);
    expect(outbox.clear()).toEqual({ inDoubt: parcels.slice(1), unsent: [late] });
    expect([outbox.size, outbox.unanswered, outbox.queuedBytes]).toEqual([0, 0, 0]);
    expect(fates).toEqual(['a handled without a value']); // what becomes of the others is for the owner to tell
  });

  it('D2: numbers begin at 1 again on the next connection, and answers to the last one are refused', () => {
    const { outbox, parcel, fates } = createSent('a', 'b', 'c');
    outbox.clear();
    outbox.add(parcel('d'));
    expect(outbox.next()?.number).toBe(1);
    expect(() => outbox.handleAck(ack(3))).toThrow('an answer to message 3, where 1 was the last one sent');
    outbox.handleAck(ack(1));
    expect(fates).toEqual(['d handled without a value']);
  });

  it('hands back what the peer does not take any more: the numbers above 1 and the unsent, in order', () => {
    const { outbox, parcels, parcel, fates } = createSent('a', 'b', 'c');
    const late = parcel('late', 5);
    outbox.add(late);
    expect(outbox.limit(1)).toEqual([parcels[1], parcels[2], late]);
    expect([outbox.size, outbox.unanswered, outbox.queuedBytes]).toEqual([1, 1, 10]);
    outbox.handleAck(ack(1));
    expect(fates).toEqual(['a handled without a value']);
  });

  it('hands back nothing of the 2 messages that the peer has accepted', () => {
    const { outbox } = createSent('a', 'b');
    expect(outbox.limit(2)).toEqual([]);
    expect(outbox.unanswered).toBe(2);
  });
});
