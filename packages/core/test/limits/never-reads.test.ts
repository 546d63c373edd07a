// A peer that has us answer as much as it may, and never reads: what one connection can have waiting in our own send queue.

import { describe, expect, it } from 'vitest';
import type { DataFrame } from '../../src/words/frame.ts';
import { concat } from '../support/arbitrary-frame.ts';
import { bytesOf, closeFrame } from '../support/connection-rig.ts';
import { ack, data } from '../support/delivery-frames.ts';
import { heapOf } from '../support/heap.ts';
import type { Line, SessionRig } from '../support/session-rig.ts';
import { createSessionRig } from '../support/session-rig.ts';
import { skippedFrame } from '../support/skipped-frame.ts';

const QUEUE_BYTES = 262_144;
const FRAME_BYTES = 65_536 + 4;
/** The last turn may begin just below the limit, and put one more frame of the largest kind; our own PING waits once beside it. */
const MOST_BYTES = QUEUE_BYTES + FRAME_BYTES + 16;
const MOST_WRITES = 16 + 1;

/** As much as it takes to reach those. */
const SMALL = { maxMessageBytes: 65_536, maxUnhandledBytes: 524_288 };

/** A message of 10 bytes of text. */
function message(number: number): DataFrame {
  return data(number, new TextEncoder().encode('"abcdefgh"'));
}

/** The connection's kernel takes nothing more from now on. */
function stuck(rig: SessionRig): { line: Line; waiting: () => { bytes: number; writes: number } } {
  const line = rig.open();
  line.transport.isFull = true;
  const { length } = line.transport.writes;
  return {
    line,
    waiting: () => ({ bytes: line.transport.unwritten, writes: line.transport.writes.length - length }),
  };
}

/** Microtasks are over: handlers have returned, and turns that were asked for have been taken. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a peer that never reads', () => {
  it('gets 16 PONGs that wait at most, however many PINGs it may send in 1 hour', () => {
    const rig = createSessionRig({ health: () => ({ status: 'ok', payload: 'x'.repeat(250) }) });
    const { line, waiting } = stuck(rig);
    for (let number = 1; number <= 4_000; number += 1) {
      rig.clock.advanceTo(rig.clock.now() + 900);
      line.receive({ type: 'ping', number });
    }
    expect(rig.session.inspect().state).toBe('open');
    expect(waiting().writes).toBeLessThanOrEqual(MOST_WRITES);
    expect(waiting().bytes).toBeLessThan(4_096 + 512);
  });

  it('gets one PONG for the newest PING when it reads again', () => {
    const rig = createSessionRig();
    const { line } = stuck(rig);
    for (let number = 1; number <= 1_000; number += 1) {
      rig.clock.advanceTo(rig.clock.now() + 900);
      line.receive({ type: 'ping', number });
    }
    line.transport.frames.length = 0;
    line.transport.isFull = false;
    line.transport.unwritten = 0;
    line.connection.handleDrained();
    expect(line.transport.frames).toEqual([{ type: 'pong', number: 1_000 }]);
  });

  it('gets 16 ACKs that wait at most for 5,000 messages, and the newest one when it reads again', async () => {
    const rig = createSessionRig({ handler: () => undefined });
    const { line, waiting } = stuck(rig);
    for (let number = 1; number <= 5_000; number += 1) {
      line.receive(message(number));
      if (number % 1_000 === 0) await settled();
    }
    expect(waiting().writes).toBeLessThanOrEqual(MOST_WRITES);
    expect(waiting().bytes).toBeLessThan(1_024);
    line.transport.frames.length = 0;
    line.transport.isFull = false;
    line.transport.unwritten = 0;
    line.connection.handleDrained();
    expect(line.transport.frames).toMatchObject([{ type: 'ack', received: 5_000, handled: 5_000 }]);
  });

  it.each<[string, (() => unknown) | undefined]>([
    ['that nobody handles', undefined],
    [
      'that fail with a text of 1,024 bytes',
      () => {
        throw new Error('x'.repeat(1_024));
      },
    ],
    ['that have a result of 5 bytes', () => 'abc'],
    ['that have a result of 200,000 bytes', () => 'x'.repeat(200_000)],
  ])(
    'has at most 327,700 bytes wait in 17 writes for messages %s, though it claims to have read all',
    async (_what, handler) => {
      const rig = createSessionRig({ ...SMALL, ...(handler === undefined ? {} : { handler }) });
      const { line, waiting } = stuck(rig);
      let number = 0;
      // It takes for granted what credit it would be told, until its messages are not handled any more.
      for (let rest = 524_288; rest > 138; rest -= 138) {
        number += 1;
        line.receive(message(number));
        const { bytesOut } = rig.session.inspect();
        if (number % 10 === 0) line.receive(ack({ read: bytesOut }));
        if (number % 1_000 === 0) await settled();
      }
      expect(waiting().bytes).toBeLessThanOrEqual(MOST_BYTES);
      expect(waiting().writes).toBeLessThanOrEqual(MOST_WRITES);
      // What waits for the handler, and the answers that wait for the peer: each at most maxUnhandledBytes, and one answer.
      expect(rig.session.cost).toBeLessThan(2 * 524_288 + 200_200);
    },
  );

  it('is left without a word when it breaks a rule: nothing is put behind what waits', () => {
    const rig = createSessionRig();
    const { line, waiting } = stuck(rig);
    line.receive({ type: 'ping', number: 1 });
    const { bytes } = waiting();
    line.receive(message(2));
    expect(rig.session.inspect().lastCause).toBe('protocol-error');
    expect(waiting().bytes).toBe(bytes);
  });

  it('has its goodbye end with our deadline, in 1 more write', () => {
    const rig = createSessionRig();
    const { line, waiting } = stuck(rig);
    line.receive(closeFrame());
    expect(waiting().writes).toBe(1);
    rig.clock.advanceTo(rig.clock.now() + 5_000);
    expect(rig.session.inspect().state).toBe('ended');
  });
});

describe('messages that wait for the handler', () => {
  /** As many messages of this length as the credit takes; larger ones each in a chunk of 64 KiB that is of no other use. */
  function fill(length: number): SessionRig {
    const rig = createSessionRig({ handler: () => new Promise(() => {}) });
    const line = rig.open();
    const other = length < 4_000 ? new Uint8Array(0) : skippedFrame(65_000 - length);
    const text = new TextEncoder().encode(JSON.stringify('x'.repeat(length - 2)));
    const count = Math.floor(4_194_304 / (length + 128));
    for (let number = 1; number <= count; number += 1) {
      line.connection.handleBytes(concat([bytesOf(data(number, text)), other]));
    }
    expect(rig.session.cost).toBe(count * (length + 128));
    return rig;
  }

  it.each([2, 1_000, 20_000])('take at most three times their cost, those of %i bytes', (length) => {
    expect(heapOf(() => fill(length))).toBeLessThan(3 * 4_194_304);
  });
});
