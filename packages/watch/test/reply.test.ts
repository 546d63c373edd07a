import type { Framer } from '@systole/core';
import { delimited } from '@systole/core';
import { describe, expect, it } from 'vitest';
import { BOUND_MS, FakeStream, watchFake } from './peer.ts';

/** Messages of one byte; a zero is none that there can be. */
const BYTES: Framer = {
  frame: (message) => message,
  splitter: () => {
    const waiting: number[] = [];
    return {
      push: (chunk) => waiting.push(...chunk),
      next: () => {
        const byte = waiting.shift();
        if (byte === 0) throw new Error('a zero');
        return byte === undefined ? undefined : Uint8Array.of(byte);
      },
      get buffered() {
        return waiting.length;
      },
    };
  },
};

/** An exclamation mark answers. */
const REPLY = { framer: BYTES, matches: ([byte]: Uint8Array) => byte === 33 };

describe('an answer among the bytes', () => {
  it('gives the round trip', async () => {
    const { clock, stream, watching } = watchFake({
      reply: REPLY,
      probe: () => clock.deliverAt(clock.now() + 40, () => stream.hear('abc!')),
    });
    await clock.advanceAsync(5_000);
    expect(watching.inspect().rtt).toMatchObject({ latestMs: 40, minMs: 40 });
  });

  it('measures nothing where two probes are out, as it bears no number (Karn)', () => {
    const { clock, stream, watching, peer } = watchFake({ random: () => 0, reply: REPLY, probe: () => {} });
    peer.answers = false;
    clock.advance(1_600);
    stream.hear('!');
    clock.advance(100);
    expect(watching.inspect()).toMatchObject({ belief: 'alive', rtt: undefined });
  });

  it('is all that counts with strict', () => {
    const answers = { come: true };
    const { clock, stream, told, watching } = watchFake({
      strict: true,
      reply: REPLY,
      random: () => 0,
      probe: () => {
        if (answers.come) stream.hear('!');
      },
    });
    for (let at = 0; at < 10_000; at += 100) {
      clock.advance(100);
      stream.hear('noise');
      stream.read();
    }
    expect(told).toEqual([]);
    answers.come = false;
    const { bytesIn } = watching.inspect();
    for (let at = 0; at < BOUND_MS; at += 100) {
      stream.hear('noise');
      stream.read();
      clock.advance(100);
    }
    expect(told.map(({ name }) => name)).toEqual(['suspect', 'dead', 'disconnect']);
    expect(bytesIn).toBeGreaterThan(500);
  });

  it('may be a promise with strict, and must be one where there is no other', async () => {
    const stream = new FakeStream();
    const promised = watchFake({ strict: true, probe: async () => stream.hear('PONG') }, stream);
    await promised.clock.advanceAsync(10_000);
    expect(promised.told).toEqual([]);
    const none = watchFake({ strict: true, probe: () => none.stream.hear('PONG') });
    none.clock.advance(BOUND_MS);
    expect(none.names()).toEqual(['suspect', 'dead', 'disconnect']);
    expect(none.watching.inspect().probeFailures).toBe(3);
  });

  it('is not looked for any more when the boundaries are lost, which is counted and ends nothing', () => {
    const { clock, stream, watching, told } = watchFake({ reply: REPLY });
    stream.hear(Uint8Array.of(1, 0, 33));
    for (let at = 0; at < 10_000; at += 500) {
      clock.advance(500);
      stream.hear('!');
      stream.read();
    }
    expect(told).toEqual([]);
    expect(watching.inspect()).toMatchObject({ probeFailures: 1, rtt: undefined });
  });

  it('is not a message over which matches throws, and the next one may be', () => {
    const { clock, stream, watching, told } = watchFake({
      strict: true,
      reply: { framer: delimited(), matches: (message) => JSON.parse(Buffer.from(message).toString()) === 'pong' },
      probe: () => {
        stream.hear('"pong"\r\n');
        stream.read();
      },
    });
    stream.hear('no JSON\r\n');
    clock.advance(10_000);
    expect(told).toEqual([]);
    expect(watching.inspect().probeFailures).toBe(1);
  });

  it('is found in pieces, though the owner writes into each that he has read', async () => {
    const pieces = ['PO', 'NG\r', '\nPONG', '\r\n'].map((text) => Buffer.from(text));
    const heard: string[] = [];
    const { stream, clock } = watchFake({
      reply: { framer: delimited(), matches: (message) => heard.push(Buffer.from(message).toString()) > 9 },
    });
    for (const piece of pieces) {
      stream.hear(piece);
      piece.fill('z');
    }
    await clock.settle();
    expect(heard).toEqual(['PONG', 'PONG']);
  });
});
