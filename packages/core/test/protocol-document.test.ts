import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FrameDecoder } from '../src/rules/decoder.ts';
import { encodeFrame } from '../src/rules/frame-codec.ts';
import type { Hello, Welcome } from '../src/rules/hello.ts';
import { decodeHello, decodeWelcome, encodeHello, encodeWelcome } from '../src/rules/hello.ts';
import * as limits from '../src/rules/limits.ts';
import { msgpackCodec } from '../src/rules/msgpack-codec.ts';
import { encodePreamble } from '../src/rules/preamble.ts';
import { readVarint } from '../src/rules/varint.ts';
import type { CloseFrame, Frame } from '../src/words/frame.ts';
import { CLOSE_CODES, FRAME_TYPES, WIRE_VERSION } from '../src/words/frame.ts';
import { concat } from './support/arbitrary-frame.ts';
import { fromHex, toHex } from './support/hex.ts';

const text = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');

/** The bytes of each block that begins with ```hex and a name: pairs at the start of a line, a comment behind two blanks. */
const examples = new Map(
  [...text.matchAll(/^```hex (\S+)\n([^`]*)^```/gm)].map(([, name, block = '']): [string, Uint8Array] => [
    name ?? '',
    fromHex(block.replaceAll(/ {2}.*$/gm, '')),
  ]),
);

function example(name: string): Uint8Array {
  const bytes = examples.get(name);
  if (bytes === undefined) throw new Error(`the document has no example ${name}`);
  return bytes;
}

/** The rows of the table under a header, without their frame. */
function table(header: string): string[][] {
  const [, rows = ''] = text.split(`${header}\n`);
  const [, body = ''] = /^[|\- ]+\n((?:\|.*\n)+)/.exec(rows) ?? [];
  return body
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const number = (cell: string | undefined) => Number((cell ?? '').replaceAll(',', ''));
const code = (cell: string | undefined) => (cell ?? '').replaceAll('`', '');

const codec = msgpackCodec();

const COMMON = {
  token: '',
  epoch: 1,
  received: 0,
  handled: 0,
  codec: 'msgpack',
  minPingIntervalMs: 1_000,
  maxFrameBytes: 1_048_576,
};

const HELLO: Hello = {
  ...COMMON,
  session: '',
  boot: 'c1',
  keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  credentials: undefined,
  metadata: { name: 'sensor 7' },
};

const WELCOME: Welcome = {
  ...COMMON,
  session: 's1',
  boot: 'a9',
  keepalive: { idleMs: 30_000, intervalMs: 5_000, probes: 3 },
  metadata: {},
};

const GOODBYE: CloseFrame = {
  type: 'close',
  scope: 'session',
  code: 'normal',
  lastAccepted: 0,
  retryAfterMs: 0,
  spreadMs: 0,
  reason: 'bye',
};

const FRAMES: Record<string, Frame> = {
  'client-hello': { type: 'hello', body: encodeHello(HELLO) },
  'server-welcome': { type: 'welcome', body: encodeWelcome(WELCOME) },
  'client-ping': { type: 'ping', number: 1 },
  'server-pong': { type: 'pong', number: 1 },
  'client-data': { type: 'data', number: 1, payload: codec.encode({ temp: 21.5 }) },
  'server-result': { type: 'result', number: 1, ok: true, value: codec.encode('ok') },
  'server-ack': { type: 'ack', received: 1, handled: 1 },
  'client-close': GOODBYE,
  'server-close': { ...GOODBYE, lastAccepted: 1, reason: '' },
};

describe('the examples of docs/PROTOCOL.md', () => {
  it('are 2 preambles and 9 frames', () => {
    expect([...examples.keys()].sort()).toEqual(['client-preamble', 'server-preamble', ...Object.keys(FRAMES)].sort());
  });

  it.each(['client-preamble', 'server-preamble'])('show the %s that we send', (name) => {
    expect(toHex(example(name))).toBe(toHex(encodePreamble(WIRE_VERSION)));
  });

  it.each(Object.entries(FRAMES))('show the bytes of %s that we send, and we read them', (name, frame) => {
    expect(toHex(concat(encodeFrame(frame)))).toBe(toHex(example(name)));
    const decoder = new FrameDecoder(16_384);
    decoder.push(example(name));
    expect(decoder.next()).toEqual(frame);
    expect(decoder.buffered).toBe(0);
  });

  it('hold what their comments say', () => {
    expect(decodeHello(example('client-hello').subarray(3))).toEqual(HELLO);
    expect(decodeWelcome(example('server-welcome').subarray(3))).toEqual(WELCOME);
    expect(codec.decode(example('client-data').subarray(4))).toEqual({ temp: 21.5 });
  });
});

describe('the tables of docs/PROTOCOL.md', () => {
  it('list 4 samples of a varint', () => {
    const rows = table('| number | bytes |');
    expect(rows).toHaveLength(4);
    for (const [n, bytes] of rows) expect(readVarint(fromHex(code(bytes)), 0)).toBe(number(n));
  });

  it('list all 8 frame types', () => {
    const rows = table('| type | name | number |');
    expect(Object.fromEntries(rows.map(([type, , n]) => [code(type), number(n)]))).toEqual(FRAME_TYPES);
  });

  it('list all 10 codes of CLOSE', () => {
    const rows = table('| code | number | meaning |');
    expect(Object.fromEntries(rows.map(([name, n]) => [code(name), number(n)]))).toEqual(CLOSE_CODES);
  });

  it('list every field of HELLO and WELCOME', () => {
    const fields = table('| field | type | limits | meaning |').map(([field]) => code(field));
    const hello = codec.decode(encodeHello({ ...HELLO, credentials: 1 })) as object;
    const welcome = codec.decode(encodeWelcome(WELCOME)) as object;
    expect(fields).toEqual(expect.arrayContaining(Object.keys(welcome)));
    expect([...fields].sort()).toEqual(Object.keys(hello).sort());
  });

  it('list every limit, in the order of limits.ts', () => {
    const listed = Object.fromEntries(table('| what | limit |').map(([what, limit]) => [what, number(limit)]));
    expect(listed).toEqual({
      'any number': Number.MAX_SAFE_INTEGER,
      'length field until the handshake is over': limits.MAX_HANDSHAKE_FRAME_BYTES,
      'smallest `maxFrame`': limits.MIN_FRAME_LIMIT_BYTES,
      'code of a failed RESULT, bytes': limits.MAX_CODE_BYTES,
      'text of a failed RESULT, bytes': limits.MAX_TEXT_BYTES,
      'reason of CLOSE, bytes': limits.MAX_REASON_BYTES,
      '`session`, `token`, `boot`, characters': limits.MAX_ID_CHARS,
      '`codec`, characters': limits.MAX_CODEC_CHARS,
      probes: limits.MAX_PROBES,
      '`minPing`, milliseconds': limits.MAX_MIN_PING_INTERVAL_MS,
      'keys of `metadata`': limits.MAX_METADATA_KEYS,
      'depth of arrays and maps': limits.MAX_NESTING,
    });
    expect(Object.keys(limits)).toHaveLength(11);
  });

  it('name the limits of 64 and 1024 bytes that a minimum of 2048 makes room for', () => {
    const largest: Frame = {
      type: 'result',
      number: Number.MAX_SAFE_INTEGER,
      ok: false,
      code: 'x'.repeat(limits.MAX_CODE_BYTES),
      text: 'x'.repeat(limits.MAX_TEXT_BYTES),
    };
    expect(concat(encodeFrame(largest)).length).toBeLessThan(limits.MIN_FRAME_LIMIT_BYTES);
  });
});
