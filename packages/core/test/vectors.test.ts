// The vectors that every implementation of the protocol runs, on ours. Conversations are run in test/vectors.

import { describe, expect, it } from 'vitest';
import { Handshake } from '../src/machines/handshake.ts';
import { FrameDecoder } from '../src/rules/decoder.ts';
import { encodeFrame } from '../src/rules/frame-codec.ts';
import type { Hello, Offer, Welcome } from '../src/rules/hello.ts';
import { decodeHello, decodeWelcome, encodeHello, encodeWelcome } from '../src/rules/hello.ts';
import type { Keepalive } from '../src/rules/keepalive.ts';
import { MAX_FRAME_BYTES, MAX_HANDSHAKE_FRAME_BYTES } from '../src/rules/limits.ts';
import { msgpackCodec } from '../src/rules/msgpack-codec.ts';
import { IncompatibleError, negotiate } from '../src/rules/negotiate.ts';
import { PingBudget } from '../src/rules/ping-budget.ts';
import { readVarint, varintSize, writeVarint } from '../src/rules/varint.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { Frame } from '../src/words/frame.ts';
import { concat } from './support/arbitrary-frame.ts';
import { toHex } from './support/hex.ts';
import { bytesFrom, cutsOf, vectorsOf } from './support/vectors.ts';

interface Named {
  readonly name: string;
}

interface Bytes extends Named {
  readonly bytes: string;
}

type Fields = Readonly<Record<string, unknown>>;

describe('numbers.json', () => {
  const { valid, malformed, incomplete } = vectorsOf<{
    valid: (Bytes & { number: number })[];
    malformed: Bytes[];
    incomplete: Bytes[];
  }>('numbers');

  it.each(valid)('$name: $number', ({ number, bytes: text }) => {
    const bytes = bytesFrom(text);
    expect(readVarint(bytes, 0)).toBe(number);
    const written = new Uint8Array(varintSize(number));
    writeVarint(written, 0, number);
    expect(toHex(written)).toBe(toHex(bytes));
  });

  it.each([...malformed, ...incomplete])('refuses $name', ({ bytes }) => {
    expect(() => readVarint(bytesFrom(bytes), 0)).toThrow(ProtocolError);
  });
});

describe('preamble.json', () => {
  const { cases } = vectorsOf<{
    cases: (Named & {
      reader: 'client' | 'server';
      reads: string;
      outcome: string;
      rest?: string;
      answers?: string;
      spoken?: number[];
    })[];
  }>('preamble');
  const offer: Offer = { ...offerOf({ keepalive: null, minPing: 0, maxMessage: 0, codec: 'msgpack' }), strict: false };

  it.each(cases)('a $reader reads $name', ({ reader, reads, outcome, rest = '', answers, spoken }) => {
    for (const chunks of cutsOf(bytesFrom(reads))) {
      const handshake = new Handshake(reader, offer);
      const behind: Uint8Array[] = [];
      let step = handshake.handleBytes(new Uint8Array(0));
      for (const chunk of chunks) {
        if (step.type === 'wait') step = handshake.handleBytes(chunk);
        else if (step.type === 'frames') behind.push(chunk);
      }
      if (step.type === 'frames') behind.unshift(step.bytes);
      const named = { wait: 'incomplete', frames: 'accepted' }[step.type as string];
      expect(step.type === 'refuse' ? step.cause : named).toBe(outcome);
      expect(toHex(concat(behind))).toBe(rest);
      if (step.type !== 'refuse') continue;
      expect(step.answer && toHex(step.answer)).toBe(answers);
      expect(step.close).toBeUndefined();
      if (spoken !== undefined) expect(step.detail).toContain(`version ${spoken.join(', ')} only`);
    }
  });
});

describe('frames.json', () => {
  const { valid, malformed, skipped, incomplete, streams } = vectorsOf<{
    valid: (Bytes & { frame: Fields })[];
    malformed: (Bytes & { state: 'handshake' | 'open' })[];
    skipped: Bytes[];
    incomplete: Bytes[];
    streams: (Bytes & { types: string[] })[];
  }>('frames');

  it.each(valid)('$name', ({ bytes: text, frame: fields }) => {
    const bytes = bytesFrom(text);
    const frame = frameFrom(fields);
    for (const chunks of cutsOf(bytes)) expect(decodeAll(chunks)).toEqual([frame]);
    if (frame.type === 'close' && frame.code === 'unknown') return; // nobody sends it
    expect(toHex(concat(encodeFrame(frame)))).toBe(toHex(bytes));
  });

  it.each(malformed)('refuses $name', ({ bytes, state }) => {
    const limit = state === 'open' ? MAX_FRAME_BYTES : MAX_HANDSHAKE_FRAME_BYTES;
    for (const chunks of cutsOf(bytesFrom(bytes))) expect(() => decodeAll(chunks, limit)).toThrow(ProtocolError);
  });

  it.each([...skipped, ...incomplete])('makes no frame of $name', ({ bytes }) => {
    for (const chunks of cutsOf(bytesFrom(bytes))) expect(decodeAll(chunks)).toEqual([]);
  });

  it.each(streams)('$name', ({ bytes, types }) => {
    for (const chunks of cutsOf(bytesFrom(bytes))) expect(decodeAll(chunks).map(({ type }) => type)).toEqual(types);
  });
});

describe.each([
  ['hello', decodeHello, encodeHello],
  ['welcome', decodeWelcome, encodeWelcome],
] as const)('handshakes.json: %s', (kind, decode, encode) => {
  const file =
    vectorsOf<
      Record<'hello' | 'welcome', { ordinary: Fields; valid: Body[]; malformed: (Named & { body: string })[] }>
    >('handshakes');
  type Body = Named & { body: string; fields: Fields };
  const { ordinary, valid, malformed } = file[kind];

  it.each(valid)('$name', ({ body, fields }) => {
    const expected = introductionFrom(kind, { ...ordinary, ...fields });
    expect(decode(bytesFrom(body))).toEqual(expected);
    // Ours may be written otherwise, but says the same.
    expect(decode((encode as (map: unknown) => Uint8Array)(expected))).toEqual(expected);
  });

  it.each(malformed)('refuses $name', ({ body }) => {
    expect(() => decode(bytesFrom(body))).toThrow(ProtocolError);
  });
});

describe('negotiation.json', () => {
  const { offers, buckets } = vectorsOf<{
    offers: (Named & {
      mine: WireFields & { strict: boolean };
      theirs: WireFields;
      terms?: Fields;
      refused?: string;
    })[];
    buckets: (Named & { minPing: number; probes: number | null; pings: number[]; refused: number | null })[];
  }>('negotiation');

  it.each(offers)('$name', ({ mine, theirs, terms, refused }) => {
    const agree = () => negotiate({ ...offerOf(mine), strict: mine.strict }, offerOf(theirs));
    if (refused !== undefined) return expect(agree).toThrow(IncompatibleError);
    const { keepalive, raised, peerKeepalive, pingSpacingMs, maxMessageBytes } = agree();
    expect({
      keepalive: tripleOf(keepalive),
      raised,
      peerKeepalive: tripleOf(peerKeepalive),
      pingSpacing: pingSpacingMs,
      maxMessage: maxMessageBytes,
    }).toEqual(terms);
  });

  it.each(buckets)('the bucket of PINGs: $name', ({ minPing, probes, pings, refused }) => {
    const keepalive = probes === null ? undefined : { idleMs: minPing, intervalMs: minPing, probes };
    const budget = new PingBudget(minPing, keepalive, 0);
    const first = pings.findIndex((at) => !budget.take(at));
    expect(first).toBe(refused ?? -1);
  });
});

describe('payloads.json', () => {
  const { valid, refused } = vectorsOf<{
    valid: (Bytes & ({ value: unknown } | { depth: number }))[];
    refused: Bytes[];
  }>('payloads');
  const codec = msgpackCodec();

  it.each(valid)('$name', (vector) => {
    const decoded = codec.decode(bytesFrom(vector.bytes));
    const value = 'depth' in vector ? nest(vector.depth) : vector.value;
    expect(decoded).toEqual(value);
    expect(codec.decode(codec.encode(value))).toEqual(value);
  });

  it.each(refused)('refuses $name', ({ bytes }) => {
    expect(() => codec.decode(bytesFrom(bytes))).toThrow();
  });
});

/** Everything that chunks hold; what is left must be the beginning of a frame. */
function decodeAll(chunks: readonly Uint8Array[], limit: number = MAX_FRAME_BYTES): Frame[] {
  const decoder = new FrameDecoder(limit);
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  }
  return frames;
}

/** A frame as vectors have it, with bytes for its texts of hexadecimal pairs. */
function frameFrom(fields: Fields): Frame {
  const bytes = Object.entries(fields).map(([name, value]) => [
    name,
    name === 'body' || name === 'payload' || name === 'value' ? bytesFrom(value as string) : value,
  ]);
  const health = fields['health'] as { status: string; payload: string } | undefined;
  return {
    ...Object.fromEntries(bytes),
    ...(fields['type'] === 'result' && { ok: 'value' in fields }),
    ...(health && { health: { status: health.status, payload: bytesFrom(health.payload) } }),
  };
}

interface WireFields {
  readonly keepalive: [number, number, number] | null;
  readonly minPing: number;
  readonly maxMessage: number;
  readonly codec: string;
}

function offerOf({ keepalive, minPing, maxMessage, codec }: WireFields): Omit<Offer, 'strict'> {
  return {
    keepalive: keepalive === null ? undefined : tripleFrom(keepalive),
    minPingIntervalMs: minPing,
    maxMessageBytes: maxMessage,
    codec,
  };
}

function introductionFrom(kind: 'hello' | 'welcome', fields: Fields): Hello | Welcome {
  const { keepalive, minPing, maxMessage, codec, resume, credentials, ...same } = fields as Fields & WireFields;
  const map = { ...same, ...offerOf({ keepalive, minPing, maxMessage, codec }), resumeMs: resume };
  return (kind === 'hello' ? { ...map, credentials } : map) as Hello | Welcome;
}

function tripleFrom([idleMs, intervalMs, probes]: [number, number, number]): Keepalive {
  return { idleMs, intervalMs, probes };
}

function tripleOf(keepalive: Keepalive | undefined): number[] | null {
  return keepalive === undefined ? null : [keepalive.idleMs, keepalive.intervalMs, keepalive.probes];
}

/** Nil in so many arrays. */
function nest(depth: number): unknown {
  return depth === 0 ? null : [nest(depth - 1)];
}
