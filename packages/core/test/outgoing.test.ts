import { describe, expect, it } from 'vitest';
import { Outgoing } from '../src/session/outgoing.ts';
import { FakeTransport } from './support/fake-transport.ts';
import { toHex } from './support/hex.ts';

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
    outgoing.put({ type: 'data', number: 1, payload: new Uint8Array(5_000) });
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
});
