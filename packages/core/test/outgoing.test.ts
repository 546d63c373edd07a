import { describe, expect, it } from 'vitest';
import { Outgoing } from '../src/session/outgoing.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { DataFrame, ValueFrame } from '../src/words/frame.ts';
import { FakeTransport } from './support/fake-transport.ts';
import { toHex } from './support/hex.ts';

/** What may be unread before DATA and RESULT are held back, to begin with. */
const WINDOW_BYTES = 262_144;

function data(byteCount: number): DataFrame {
  return { type: 'data', number: 1, part: 'first', payload: new Uint8Array(byteCount) };
}

function value(byteCount: number): ValueFrame {
  return { type: 'result', ok: true, number: 1, part: 'first', value: new Uint8Array(byteCount) };
}

describe('Outgoing', () => {
  it('writes nothing where nothing was put in', () => {
    const log: string[] = [];
    new Outgoing(new FakeTransport(log)).flush();
    expect(log).toEqual([]);
  });

  it('hands preamble and 2 frames over in 1 write, and the preamble only once', () => {
    const transport = new FakeTransport();
    const outgoing = new Outgoing(transport);
    outgoing.putPreamble();
    outgoing.put({ type: 'ping', number: 1 });
    outgoing.putPreamble();
    outgoing.put({ type: 'pong', number: 2 });
    expect(transport.writes).toEqual([]);
    outgoing.flush();
    outgoing.flush();
    expect(transport.writes.map(toHex)).toEqual(['e5 53 59 53 01 02 03 01 02 04 02']);
  });

  it('writes a payload of 5,000 bytes and what is before it in 1 write', () => {
    const transport = new FakeTransport();
    const outgoing = new Outgoing(transport);
    outgoing.putPreamble();
    outgoing.put(data(5_000));
    outgoing.flush();
    expect(transport.writes.length).toBe(1);
    expect(outgoing.position).toBe(transport.writes[0]?.length);
  });

  it('L4: tells its position, and how much of it the kernel has taken: batch and queue of the transport are not', () => {
    const transport = new FakeTransport();
    const outgoing = new Outgoing(transport);
    outgoing.putBytes(new Uint8Array(5));
    expect([outgoing.position, outgoing.unwritten, outgoing.written]).toEqual([5, 5, 0]);
    transport.isFull = true;
    outgoing.flush();
    outgoing.putBytes(new Uint8Array(3));
    expect([outgoing.position, outgoing.unwritten, outgoing.written]).toEqual([8, 8, 0]);
    transport.unwritten = 2;
    expect([outgoing.position, outgoing.unwritten, outgoing.written]).toEqual([8, 5, 3]);
  });

  it('has room for what can wait while fewer than 262,144 bytes do, in batch and queue together', () => {
    const transport = new FakeTransport();
    const outgoing = new Outgoing(transport);
    transport.unwritten = 262_143;
    expect(outgoing.hasRoom).toBe(true);
    outgoing.putBytes(new Uint8Array(1));
    expect(outgoing.hasRoom).toBe(false);
    transport.unwritten = 262_142;
    expect(outgoing.hasRoom).toBe(true);
  });

  it('has room for 16 writes that wait, and for more when the queue has drained, were it for a moment', () => {
    const transport = new FakeTransport();
    const outgoing = new Outgoing(transport);
    const write = () => {
      outgoing.put({ type: 'pong', number: 1 });
      outgoing.flush();
    };
    for (let count = 0; count < 100; count += 1) write();
    transport.isFull = true;
    for (let count = 0; count < 16; count += 1) {
      expect(outgoing.hasRoom).toBe(true);
      write();
    }
    expect(outgoing.hasRoom).toBe(false);
    transport.unwritten = 1;
    expect(outgoing.hasRoom).toBe(false);
    transport.unwritten = 0;
    expect(outgoing.hasRoom).toBe(true);
    write();
    expect([transport.unwritten, outgoing.hasRoom]).toEqual([3, true]);
  });

  it('tells whether something leaves with the next flush', () => {
    const outgoing = new Outgoing(new FakeTransport());
    expect(outgoing.isLeaving).toBe(false);
    outgoing.put({ type: 'pong', number: 1 });
    expect(outgoing.isLeaving).toBe(true);
    outgoing.flush();
    expect(outgoing.isLeaving).toBe(false);
  });
});

describe('Outgoing: the send window', () => {
  it.each([
    ['DATA', data],
    ['RESULT', value],
  ])('W5: takes no %s once 262,144 bytes are unread, although the kernel has taken them all', (_, frame) => {
    const outgoing = new Outgoing(new FakeTransport());
    outgoing.put(frame(WINDOW_BYTES - 100)); // and 7 for length, type, number and mark
    outgoing.flush();
    expect([outgoing.takesPayload, outgoing.hasRoom]).toEqual([true, true]);
    outgoing.put(frame(100));
    outgoing.flush();
    expect([outgoing.takesPayload, outgoing.hasRoom]).toEqual([false, true]);
  });

  it('W5: takes DATA again once the peer has read 1 byte more than lies in excess', () => {
    const outgoing = new Outgoing(new FakeTransport());
    outgoing.put(data(WINDOW_BYTES));
    outgoing.flush();
    const excess = outgoing.position - WINDOW_BYTES;
    outgoing.handleRead(excess, 10, undefined);
    expect(outgoing.takesPayload).toBe(false);
    outgoing.handleRead(excess + 1, 20, undefined);
    expect(outgoing.takesPayload).toBe(true);
  });

  it('W5: counts PINGs and PONGs behind DATA, but is not closed by 1 MiB of them where all DATA is read', () => {
    const outgoing = new Outgoing(new FakeTransport());
    outgoing.put(data(1_000));
    const end = outgoing.position;
    for (let number = 1; outgoing.position < 1_048_576; number += 1) outgoing.put({ type: 'pong', number });
    expect(outgoing.takesPayload).toBe(false);
    outgoing.handleRead(end, 10, undefined);
    expect(outgoing.takesPayload).toBe(true);
  });

  it('follows the rate that the peer reads at: 262,144 bytes that take 4 s halve the window', () => {
    const outgoing = new Outgoing(new FakeTransport());
    outgoing.putPreamble();
    for (let part = 0; part < 8; part += 1) outgoing.put(data(WINDOW_BYTES / 8));
    outgoing.handleTurn(() => 0);
    outgoing.flush();
    outgoing.handleRead(outgoing.position, 4_000, 20);
    outgoing.handleTurn(() => 4_000);
    for (let part = 0; part < 4; part += 1) outgoing.put(data(WINDOW_BYTES / 8 - 25));
    expect(outgoing.takesPayload).toBe(true);
    outgoing.put(data(100));
    expect(outgoing.takesPayload).toBe(false);
  });

  it('refuses a peer that has read 1 byte more than was sent, before the first DATA and behind it', () => {
    const outgoing = new Outgoing(new FakeTransport());
    outgoing.putPreamble();
    outgoing.handleRead(5, 0, undefined);
    expect(() => outgoing.handleRead(6, 0, undefined)).toThrow(ProtocolError);
    outgoing.put(data(1_000));
    const sent = outgoing.position;
    outgoing.handleRead(sent, 10, undefined);
    expect(() => outgoing.handleRead(sent + 1, 20, undefined)).toThrow(
      `${sent + 1} bytes were read, where ${sent} had been sent`,
    );
  });
});
