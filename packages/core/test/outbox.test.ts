import { describe, expect, it } from 'vitest';
import type { PeerCapacity } from '../src/machines/outbox.ts';
import { Outbox } from '../src/machines/outbox.ts';
import type { Parcel } from '../src/machines/parcels.ts';
import { giveBack, lend } from '../src/rules/stock.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { DataFrame } from '../src/words/frame.ts';
import { AMPLE, ack, data, failure, pattern, sketch, value } from './support/delivery-frames.ts';

const PEER: PeerCapacity = { maxMessageBytes: 1_000_000, credit: AMPLE };

/** An outbox with an open connection, for values of up to 5,000 bytes, and what became of its parcels. */
function createOutbox(capacity: Partial<PeerCapacity> = {}) {
  const fates: string[] = [];
  const outbox = new Outbox(5_000);
  outbox.open({ ...PEER, ...capacity }, 0);
  const add = (name: string, bytes = 10): Parcel => {
    const parcel: Parcel = {
      payload: pattern(bytes),
      handled: (bytes) => fates.push(bytes === undefined ? `${name} handled` : `${name} handled ${bytes.length}`),
      refused: (code, text) => fates.push(`${name} refused ${code}: ${text}`),
      failed: (error) => fates.push(`${name} failed ${error.message}`),
    };
    outbox.add(parcel);
    return parcel;
  };
  return { outbox, fates, add };
}

/** All that can be sent now. */
function sendAll(outbox: Outbox): DataFrame[] {
  const frames: DataFrame[] = [];
  for (let frame = outbox.next(); frame !== undefined; frame = outbox.next()) frames.push(frame);
  return frames;
}

/** Parcels of 10 bytes with these names are on the way, as numbers 1, 2, 3 ... */
function createSent(...names: string[]) {
  const { outbox, add, fates } = createOutbox();
  const parcels = names.map((name) => add(name));
  sendAll(outbox);
  return { outbox, add, fates, parcels };
}

describe('Outbox: numbers', () => {
  it('D2: gives out messages in order, numbered from 1, and does not copy them', () => {
    const { outbox, add } = createOutbox();
    const [a, b] = [add('a', 3), add('b', 5)];
    const [first, second, ...rest] = sendAll(outbox);
    expect([first, second, rest]).toEqual([data(1, pattern(3)), data(2, pattern(5)), []]);
    expect([first?.payload === a.payload, second?.payload === b.payload]).toEqual([true, true]);
  });

  it('D2: numbers go on across connections: 3 follows the 2 that the peer has', () => {
    const { outbox, add } = createSent('a', 'b');
    outbox.lose();
    outbox.open(PEER, 2);
    add('c');
    expect(sendAll(outbox)).toEqual([data(3, pattern(10))]);
  });

  it('D2: sends again what the peer does not have, and only that: 2 and 3 of 3', () => {
    const { outbox, fates } = createSent('a', 'b', 'c');
    outbox.lose();
    outbox.open(PEER, 1);
    expect(outbox.unanswered).toBe(1);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 2 whole 10', 'data 3 whole 10']);
    outbox.handleAck(ack({ received: 3, handled: 3 }));
    expect(fates).toEqual(['a handled', 'b handled', 'c handled']);
  });

  it('a message gets its number when its last part is sent: one given up after a loss leaves no gap', () => {
    const { outbox, add } = createOutbox();
    const large = add('large', 65_473);
    add('small');
    expect(outbox.next()).toMatchObject({ number: 1, part: 'first' });
    expect([outbox.unanswered, outbox.withdraw(large)]).toEqual([0, false]); // the peer waits for the rest
    outbox.lose();
    outbox.open(PEER, 0);
    expect(outbox.withdraw(large)).toBe(true);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 1 whole 10']);
  });

  it('takes a message back that is not sent, and leaves no gap in the numbers', () => {
    const { outbox, add } = createOutbox();
    const [, b] = [add('a', 1), add('b', 2), add('c', 3)];
    expect([outbox.withdraw(b), outbox.withdraw(b)]).toEqual([true, false]);
    expect([outbox.size, outbox.queuedBytes]).toEqual([2, 4]);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 1 whole 1', 'data 2 whole 3']);
  });

  it('does not take a message back that is sent: it stays until it is answered', () => {
    const { outbox, parcels, fates } = createSent('a');
    expect(outbox.withdraw(parcels[0]!)).toBe(false);
    expect([outbox.size, outbox.queuedBytes]).toEqual([1, 10]);
    outbox.handleAck(ack({ received: 1, handled: 1 }));
    expect(fates).toEqual(['a handled']);
  });

  it('takes a message back that was sent, and has to be sent again', () => {
    const { outbox, parcels } = createSent('a', 'b', 'c');
    outbox.lose();
    outbox.open(PEER, 1);
    expect(outbox.withdraw(parcels[0]!)).toBe(false);
    expect(outbox.withdraw(parcels[1]!)).toBe(true);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 2 whole 10']);
  });
});

describe('Outbox: parts', () => {
  it.each([
    [0, ['data 1 whole 0']],
    [65_472, ['data 1 whole 65472']],
    [65_473, ['data 1 first 65472', 'data 1 last 1']],
    [130_944, ['data 1 first 65472', 'data 1 last 65472']],
    [130_945, ['data 1 first 65472', 'data 1 middle 65472', 'data 1 last 1']],
  ])('W5: %i bytes leave in parts of at most 65,472, and nothing in between', (bytes, expected) => {
    const { outbox, add } = createOutbox();
    add('a', bytes);
    add('b', 1);
    const frames = sendAll(outbox);
    expect(frames.map(sketch)).toEqual([...expected, 'data 2 whole 1']);
    const sent = Buffer.concat(frames.slice(0, -1).map(({ payload }) => payload));
    expect(Buffer.compare(sent, pattern(bytes))).toBe(0);
  });

  it('D2: a partial message dies with its connection: all of its 3 parts are sent again', () => {
    const { outbox, add } = createOutbox();
    add('a', 130_945);
    outbox.next();
    outbox.next();
    outbox.lose();
    outbox.open(PEER, 0);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 1 first 65472', 'data 1 middle 65472', 'data 1 last 1']);
  });
});

describe('Outbox: credit', () => {
  it('W5: a message costs 128 and its bytes: a credit of 276 is for 2 of 10 bytes, one of 275 for 1', () => {
    const { outbox, add } = createOutbox({ credit: 276 });
    for (const name of ['a', 'b', 'c']) add(name);
    expect([sendAll(outbox).length, outbox.credit]).toEqual([2, 0]);
    outbox.handleAck(ack({ received: 2, limit: 276 + 137 }));
    expect([outbox.next(), outbox.credit]).toEqual([undefined, 137]);
    outbox.handleAck(ack({ received: 2, limit: 276 + 138 }));
    expect(sendAll(outbox).map(sketch)).toEqual(['data 3 whole 10']);
    const poorer = createOutbox({ credit: 275 });
    for (const name of ['a', 'b']) poorer.add(name);
    expect(sendAll(poorer.outbox)).toHaveLength(1);
  });

  it('W5: only the first part costs 128 more: 65,600 and 10 for a message of 65,482 bytes', () => {
    const { outbox, add } = createOutbox({ credit: 65_600 });
    add('a', 65_482);
    expect([sendAll(outbox).map(sketch), outbox.credit]).toEqual([['data 1 first 65472'], 0]);
    outbox.handleAck(ack({ limit: 65_609 }));
    expect(outbox.next()).toBeUndefined();
    outbox.handleAck(ack({ limit: 65_610 }));
    expect([sendAll(outbox).map(sketch), outbox.credit]).toEqual([['data 1 last 10'], 0]);
  });

  it('W5: credit is a connection’s: 138 on the next one is for 1 message of 10 bytes, whatever was used before', () => {
    const { outbox, add } = createSent('a', 'b');
    add('c');
    outbox.lose();
    outbox.open({ ...PEER, credit: 138 }, 1);
    expect(outbox.credit).toBe(138);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 2 whole 10']);
  });

  it('W5: refuses a limit that goes back from 1000 to 999, and takes 1000 again', () => {
    const { outbox } = createOutbox({ credit: 1_000 });
    outbox.handleAck(ack({ limit: 1_000 }));
    const complaint = new ProtocolError('limit goes back to 999, where it was 1000');
    expect(() => outbox.handleAck(ack({ limit: 999 }))).toThrow(complaint);
  });
});

describe('Outbox: memory', () => {
  it('D3: lets go of the payload of message 1 when the peer has received it, though it is not handled', () => {
    const { outbox, parcels } = createSent('a', 'b');
    expect(outbox.queuedBytes).toBe(20);
    outbox.handleAck(ack({ received: 1 }));
    expect([outbox.size, outbox.queuedBytes]).toEqual([2, 10]);
    expect(parcels.map(({ payload }) => payload.length)).toEqual([0, 10]);
    outbox.handleAck(ack({ received: 2, handled: 2 }));
    expect([outbox.size, outbox.queuedBytes]).toEqual([0, 0]);
  });

  it('D3: lets go of what the peer names as received when a connection opens', () => {
    const { outbox, parcels } = createSent('a', 'b');
    outbox.lose();
    outbox.open(PEER, 1);
    expect([outbox.queuedBytes, parcels[0]?.payload.length]).toEqual([10, 0]);
  });

  it('D3: counts no byte twice, where a RESULT settles what an ACK has named as received', () => {
    const { outbox } = createSent('a', 'b');
    outbox.handleAck(ack({ received: 1 }));
    outbox.handleResult(value(2));
    expect([outbox.size, outbox.queuedBytes]).toEqual([0, 0]);
  });
});

describe('Outbox: answers', () => {
  it('D2: an ACK of 2 handled settles messages 1 and 2 in order, and not 3', () => {
    const { outbox, fates } = createSent('a', 'b', 'c');
    outbox.handleAck(ack({ received: 3, handled: 2 }));
    expect(fates).toEqual(['a handled', 'b handled']);
    expect([outbox.settled, outbox.unanswered]).toEqual([2, 1]);
  });

  it('D2: received alone settles nothing', () => {
    const { outbox, fates } = createSent('a', 'b');
    outbox.handleAck(ack({ received: 2 }));
    expect([fates, outbox.unanswered]).toEqual([[], 2]);
  });

  it('D2: RESULT 3 settles 1 and 2 without a value, and then 3 with its own', () => {
    const { outbox, fates } = createSent('a', 'b', 'c', 'd');
    outbox.handleResult(value(3, pattern(7)));
    expect(fates).toEqual(['a handled', 'b handled', 'c handled 7']);
    expect([outbox.settled, outbox.unanswered]).toEqual([3, 1]);
  });

  it('D1: settles a message with the code and text of a failed RESULT', () => {
    const { outbox, fates } = createSent('a', 'b');
    outbox.handleResult(failure(2));
    expect(fates).toEqual(['a handled', 'b refused full: no room']);
  });

  it('settles message 1 with its value of 3 parts when the last is here, and 2 with the next', () => {
    const { outbox, fates } = createSent('a', 'b');
    outbox.handleResult(value(1, pattern(1_024), 'first'));
    outbox.handleAck(ack({ received: 2 })); // control frames overtake
    outbox.handleResult(value(1, pattern(1_024), 'middle'));
    expect([fates, outbox.settled]).toEqual([[], 0]);
    outbox.handleResult(value(1, pattern(1), 'last'));
    outbox.handleResult(value(2));
    expect(fates).toEqual(['a handled 2049', 'b handled 1']);
  });

  it('D2: a partial value dies with its connection, and comes again whole', () => {
    const { outbox, fates } = createSent('a');
    outbox.handleResult(value(1, pattern(1_024), 'first'));
    outbox.lose();
    outbox.open(PEER, 1);
    outbox.handleResult(value(1, pattern(3)));
    expect(fates).toEqual(['a handled 3']);
  });

  it('W6: refuses a value of 5,001 bytes, where 5,000 are the most, before it is whole', () => {
    const { outbox, fates } = createSent('a');
    outbox.handleResult(value(1, pattern(4_000), 'first'));
    const complaint = new ProtocolError('RESULT takes 5001 bytes, over the limit of 5000');
    expect(() => outbox.handleResult(value(1, pattern(1_001), 'last'))).toThrow(complaint);
    expect(fates).toEqual([]);
  });
});

describe('Outbox: a peer that contradicts itself', () => {
  it('refuses RESULT and ACK for message 2, where 1 was the last one sent', () => {
    const { outbox } = createSent('a');
    expect(() => outbox.handleResult(value(2))).toThrow('RESULT for message 2, where 1 was the last one sent');
    expect(() => outbox.handleAck(ack({ received: 2 }))).toThrow('ACK for message 2, where 1 was the last one sent');
    expect(() => outbox.handleResult(value(2))).toThrow(ProtocolError);
  });

  it('refuses a RESULT for a message of which not all parts were sent', () => {
    const { outbox, add } = createOutbox();
    add('a', 65_473);
    outbox.next();
    expect(() => outbox.handleResult(value(1))).toThrow('RESULT for message 1, where 0 was the last one sent');
  });

  it('refuses a second RESULT for message 1, and one for a message that an ACK has settled', () => {
    const { outbox, fates } = createSent('a', 'b', 'c');
    outbox.handleResult(value(1));
    outbox.handleAck(ack({ received: 2, handled: 2 }));
    for (const number of [1, 2]) {
      const complaint = new ProtocolError(`RESULT for message ${number}, which has its outcome`);
      expect(() => outbox.handleResult(value(number))).toThrow(complaint);
    }
    expect(fates).toEqual(['a handled 1', 'b handled']);
  });

  it('refuses counters that go back: received from 3 to 2, handled from 2 to 1', () => {
    const { outbox } = createSent('a', 'b', 'c');
    outbox.handleAck(ack({ received: 3, handled: 2 }));
    outbox.handleAck(ack({ received: 3, handled: 2 }));
    expect(() => outbox.handleAck(ack({ received: 2, handled: 2 }))).toThrow('received goes back to 2, where it was 3');
    expect(() => outbox.handleAck(ack({ received: 3, handled: 1 }))).toThrow('handled goes back to 1, where it was 2');
    expect(() => outbox.handleAck(ack({ received: 3, handled: 1 }))).toThrow(ProtocolError);
  });

  it('refuses an ACK that has received less than a RESULT has said is handled', () => {
    const { outbox } = createSent('a', 'b');
    outbox.handleResult(value(2));
    expect(() => outbox.handleAck(ack({ received: 1 }))).toThrow('received goes back to 1, where it was 2');
  });

  it('refuses another RESULT inside the value for 1, and an ACK that has handled 1 before it is whole', () => {
    const { outbox, fates } = createSent('a', 'b');
    outbox.handleResult(value(1, pattern(1_024), 'first'));
    const complaint = new ProtocolError('RESULT for message 2 inside the value for 1');
    expect(() => outbox.handleResult(value(2, pattern(1), 'last'))).toThrow(complaint);
    expect(() => outbox.handleResult(failure(1))).toThrow('RESULT for message 1 inside the value for 1');
    expect(() => outbox.handleAck(ack({ received: 2, handled: 1 }))).toThrow(
      'ACK has handled 1, and the value for 1 is not whole',
    );
    expect(fates).toEqual([]);
  });

  it.each([
    [0, 'received 0, where 1 to 3 are possible'],
    [1, undefined],
    [3, undefined],
    [4, 'received 4, where 1 to 3 are possible'],
  ])('D2: a peer that has received %i, where it had 1 of 3: %s', (received, gap) => {
    const { outbox } = createSent('a', 'b', 'c');
    outbox.handleAck(ack({ received: 1 }));
    outbox.lose();
    expect(outbox.findGap(received)).toBe(gap);
  });
});

describe('Outbox: endings', () => {
  it('D4: a restart gives out the 2 in doubt, and keeps the 2 unsent in order, as numbers 1 and 2', () => {
    const { outbox, add, parcels, fates } = createSent('a', 'b', 'c');
    outbox.handleAck(ack({ received: 2, handled: 1 }));
    add('d', 5);
    add('e', 6);
    expect(outbox.restart()).toEqual(parcels.slice(1));
    expect([outbox.size, outbox.unanswered, outbox.settled, outbox.queuedBytes]).toEqual([2, 0, 0, 11]);
    outbox.open(PEER, 0);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 1 whole 5', 'data 2 whole 6']);
    outbox.handleAck(ack({ received: 2, handled: 2 }));
    expect(fates).toEqual(['a handled', 'd handled', 'e handled']); // b and c are the owner's to tell
  });

  it('D4: a message that was sent in part was never sent: a restart keeps it', () => {
    const { outbox, add } = createOutbox();
    add('a', 65_473);
    outbox.next();
    expect([outbox.restart(), outbox.hasUnsent]).toEqual([[], true]);
    outbox.open(PEER, 0);
    expect(outbox.next()).toMatchObject({ number: 1, part: 'first' });
  });

  it('D4: a message that the peer turned out not to have is not in doubt', () => {
    const { outbox, parcels } = createSent('a', 'b');
    outbox.lose();
    outbox.open(PEER, 1);
    expect(outbox.restart()).toEqual([parcels[0]]);
    expect([outbox.size, outbox.hasUnsent]).toEqual([1, true]);
  });

  it('lastAccepted 1 of 3: the 2 above it were not handled, and are as if never sent', () => {
    const { outbox, parcels, add, fates } = createSent('a', 'b', 'c');
    const late = add('late', 5);
    outbox.handleLastAccepted(1);
    expect(outbox.unanswered).toBe(1);
    expect(outbox.takeUnsent()).toEqual([parcels[1], parcels[2], late]);
    expect([outbox.size, outbox.unanswered, outbox.hasUnsent, outbox.queuedBytes]).toEqual([1, 1, false, 10]);
    outbox.handleAck(ack({ received: 1, handled: 1 }));
    expect(fates).toEqual(['a handled']);
  });

  it('lastAccepted 2 of 2 hands nothing back', () => {
    const { outbox } = createSent('a', 'b');
    outbox.handleLastAccepted(2);
    expect([outbox.takeUnsent(), outbox.unanswered]).toEqual([[], 2]);
  });

  it('lastAccepted in the midst of a message: it begins again on the next connection', () => {
    const { outbox, add } = createOutbox();
    add('a');
    add('b', 65_473);
    outbox.next();
    outbox.next();
    outbox.handleLastAccepted(1);
    outbox.lose();
    outbox.open(PEER, 1);
    expect(sendAll(outbox).map(sketch)).toEqual(['data 2 first 65472', 'data 2 last 1']);
  });

  it('refuses a lastAccepted of 3 where 2 were sent, and of 0 where 1 was received', () => {
    const { outbox } = createSent('a', 'b');
    outbox.handleAck(ack({ received: 1 }));
    expect(() => outbox.handleLastAccepted(3)).toThrow('CLOSE for message 3, where 2 was the last one sent');
    expect(() => outbox.handleLastAccepted(0)).toThrow('lastAccepted goes back to 0, where it was 1');
    expect(() => outbox.handleLastAccepted(0)).toThrow(ProtocolError);
  });
});

describe('Outbox: memory that was lent', () => {
  /** Of a size that no other test takes, with this in all of it. */
  function lent(mark: number): Uint8Array {
    return lend(345_678).fill(mark);
  }

  /** Whether a message would get this memory now. */
  function isFree({ buffer }: Uint8Array): boolean {
    const next = lent(0);
    giveBack(next);
    return next.buffer === buffer;
  }

  function createWith(payload: Uint8Array) {
    const { outbox, fates } = createOutbox();
    const handled = () => fates.push('handled');
    outbox.add({ payload, handled, refused: () => {}, failed: () => {} });
    return { outbox, fates };
  }

  it('is used again when the peer has the message, and not when it was sent', () => {
    const payload = lent(1);
    const { outbox } = createWith(payload);
    sendAll(outbox);
    expect(isFree(payload)).toBe(false);
    outbox.handleAck(ack({ received: 1 }));
    expect(isFree(payload)).toBe(true);
    outbox.handleAck(ack({ received: 1, handled: 1 }));
    const [one, other] = [lent(2), lent(3)];
    expect(one.buffer).not.toBe(other.buffer); // it was given back once
    giveBack(one);
    giveBack(other);
  });

  it('is used again when an answer comes before any ACK', () => {
    const payload = lent(1);
    const { outbox, fates } = createWith(payload);
    sendAll(outbox);
    outbox.handleResult(value(1, pattern(3)));
    expect([fates, isFree(payload)]).toEqual([['handled'], true]);
  });

  it('is used again when the connection is lost, and the message is sent again as it was', () => {
    const payload = lent(1);
    const { outbox } = createWith(payload);
    sendAll(outbox);
    outbox.lose();
    expect(isFree(payload)).toBe(true);
    const other = lent(2);
    outbox.open(PEER, 0);
    const parts = sendAll(outbox);
    expect(parts.length).toBeGreaterThan(1);
    for (const { payload: part } of parts) expect(part.every((byte) => byte === 1)).toBe(true);
    giveBack(other);
  });
});
