import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costOf, MESSAGE_COST, UNTOLD_BYTES } from '../src/rules/cost.ts';
import { FrameDecoder } from '../src/rules/decoder.ts';
import { decodeFrame, encodeFrame } from '../src/rules/frame-codec.ts';
import type { Hello, Welcome } from '../src/rules/hello.ts';
import { decodeHello, decodeWelcome, encodeHello, encodeWelcome } from '../src/rules/hello.ts';
import * as limits from '../src/rules/limits.ts';
import { msgpackCodec } from '../src/rules/msgpack-codec.ts';
import { requirePlainMsgpack } from '../src/rules/plain-msgpack.ts';
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
  epoch: 1,
  resumeMs: 120_000,
  received: 0,
  settled: 0,
  credit: 4_194_304,
  codec: 'msgpack',
  minPingIntervalMs: 1_000,
  maxMessageBytes: 1_048_576,
};

const HELLO: Hello = {
  ...COMMON,
  session: '',
  token: '',
  boot: 'c1',
  keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  credentials: undefined,
  metadata: { name: 'sensor 7' },
};

const WELCOME: Welcome = {
  ...COMMON,
  session: 's1',
  token: 't1',
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
  'client-data': { type: 'data', number: 1, part: 'whole', payload: codec.encode({ temp: 21.5 }) },
  'server-result': { type: 'result', number: 1, ok: true, part: 'whole', value: codec.encode('ok') },
  'server-ack': { type: 'ack', received: 1, handled: 1, settled: 0, read: 188, limit: 4_194_304 + costOf(15) },
  'client-close': GOODBYE,
  'client-ack': { type: 'ack', received: 0, handled: 0, settled: 1, read: 177, limit: 4_194_304 },
  'server-close': { ...GOODBYE, lastAccepted: 1, reason: '' },
};

describe('the examples of docs/PROTOCOL.md', () => {
  it('are 2 preambles and 10 frames', () => {
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

  it.each([
    ['server-ack', 'client', ['client-preamble', 'client-hello', 'client-ping', 'client-data']],
    ['client-ack', 'server', ['server-preamble', 'server-welcome', 'server-pong', 'server-result', 'server-ack']],
  ])('count in the read of %s every byte of the %s before it', (name, _, before) => {
    const read = before.reduce((sum, each) => sum + example(each).length, 0);
    expect(FRAMES[name]).toMatchObject({ read });
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

  it('list all 4 marks of DATA and all 5 statuses of RESULT', () => {
    const marks = table('| part | mark |');
    expect(marks.map(([, mark]) => number(mark))).toEqual([0, 1, 2, 3]);
    for (const [part, mark] of marks) {
      expect(decodeFrame(FRAME_TYPES.data, Uint8Array.of(1, number(mark)))).toMatchObject({ part });
    }
    const statuses = table('| what | status |');
    expect(statuses.map(([, status]) => number(status))).toEqual([0, 1, 2, 3, 4]);
    for (const [what = '', status] of statuses) {
      const frame = decodeFrame(FRAME_TYPES.result, Uint8Array.of(1, number(status), 0));
      expect(frame).toMatchObject(what === 'failed' ? { ok: false } : { ok: true, part: what.split(' ')[0] });
    }
  });

  it('list the 5 counters of ACK in their order', () => {
    const names = table('| counter | counts | meaning |').map(([name]) => code(name));
    const ack = decodeFrame(FRAME_TYPES.ack, Uint8Array.of(5, 4, 3, 2, 1));
    expect(ack).toEqual({ type: 'ack', ...Object.fromEntries(names.map((name, index) => [name, 5 - index])) });
  });

  it('list both scopes of CLOSE', () => {
    const rows = table('| scope | number | what ends |');
    expect(rows).toHaveLength(2);
    for (const [scope, n] of rows) {
      const bytes = Uint8Array.of(number(n), 0, 0, 0, 0);
      expect(decodeFrame(FRAME_TYPES.close, bytes)).toMatchObject({ scope: code(scope) });
    }
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
      'bytes of an end until the handshake is over': limits.MAX_HANDSHAKE_BYTES,
      'length field after it': limits.MAX_FRAME_BYTES,
      'payload or value of one frame, bytes': limits.MAX_FRAGMENT_BYTES,
      'payload or value of a part that is not the last, at least, bytes': limits.MIN_FRAGMENT_BYTES,
      'cost of a message beside its bytes': MESSAGE_COST,
      'bytes read, or cost of results received, without telling': UNTOLD_BYTES,
      'code of a failed RESULT, bytes': limits.MAX_CODE_BYTES,
      'text of a failed RESULT, bytes': limits.MAX_TEXT_BYTES,
      'reason of CLOSE, bytes': limits.MAX_REASON_BYTES,
      'payload of health in PONG, bytes': limits.MAX_HEALTH_BYTES,
      '`session`, `token`, `boot`, characters': limits.MAX_ID_CHARS,
      '`codec`, characters': limits.MAX_CODEC_CHARS,
      probes: limits.MAX_PROBES,
      '`minPing`, milliseconds': limits.MAX_MIN_PING_INTERVAL_MS,
      '`retryAfterMs`, `spreadMs` that a client heeds, milliseconds': limits.MAX_RETRY_MS,
      'keys of `metadata`': limits.MAX_METADATA_KEYS,
      'depth of arrays and maps': limits.MAX_NESTING,
      'weight of HELLO and WELCOME': limits.MAX_HANDSHAKE_WEIGHT,
      'weight of a message for each byte': limits.MAX_WEIGHT_PER_BYTE,
      'weight of a message, whatever its bytes': limits.LIGHT_MESSAGE_WEIGHT,
    });
    expect(Object.keys(limits)).toHaveLength(19);
  });

  it('list the weights of what MessagePack can be', () => {
    const [value, array, map, binary] = table('| what | weight |').map(([, weight = '']) =>
      weight.match(/\d+/g)?.map(Number),
    );
    const [each = 0] = value ?? [];
    const weightOf = (message: unknown) => requirePlainMsgpack(codec.encode(message)).weight;
    expect(weightOf(null)).toBe(each);
    expect(array).toEqual([weightOf([]) - each]);
    expect(map).toEqual([weightOf({}) - each, weightOf({ a: 1 }) - weightOf({}) - each]);
    expect(binary).toEqual([weightOf(new Uint8Array(0)) - each]);
  });

  it('leave room in a frame of 65,536 bytes for the largest part with the largest number', () => {
    const part = 'middle';
    const bytes = new Uint8Array(limits.MAX_FRAGMENT_BYTES);
    const largest: Frame[] = [
      { type: 'data', number: Number.MAX_SAFE_INTEGER, part, payload: bytes },
      { type: 'result', number: Number.MAX_SAFE_INTEGER, ok: true, part, value: bytes },
    ];
    for (const frame of largest) {
      const decoder = new FrameDecoder(limits.MAX_FRAME_BYTES);
      decoder.push(concat(encodeFrame(frame)));
      expect(decoder.next()).toEqual(frame);
    }
  });

  it('name the codes of a failed RESULT that this end makes itself', () => {
    const receiver = readFileSync(new URL('../src/session/receiver.ts', import.meta.url), 'utf8');
    const made = [...receiver.matchAll(/failure\(\s*'([\w-]+)'/g)].map(([, name]) => name);
    expect(made).toHaveLength(4); // and `failed`, for what was thrown without a code
    for (const name of [...made, 'failed']) expect(text).toContain(`\`${name}\` (`);
  });

  it('name headings that links within the document lead to', () => {
    const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(4);
    expect(anchors).toEqual(expect.arrayContaining(links));
  });
});
