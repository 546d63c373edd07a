import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hello, Welcome } from '../src/rules/hello.ts';
import { decodeHello, decodeWelcome, encodeHello, encodeWelcome } from '../src/rules/hello.ts';
import { msgpackCodec } from '../src/rules/msgpack-codec.ts';
import { ProtocolError } from '../src/words/errors.ts';
import { counter } from './support/arbitrary-frame.ts';
import { heapOf } from './support/heap.ts';
import { holds } from './support/holds.ts';

const codec = msgpackCodec();

const WELCOME: Welcome = {
  session: 's-1',
  token: 't-1',
  boot: 'b-1',
  epoch: 1,
  resumeMs: 120_000,
  received: 0,
  settled: 0,
  credit: 4_194_304,
  codec: 'msgpack',
  keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  minPingIntervalMs: 1_000,
  maxMessageBytes: 1_048_576,
  metadata: {},
};

const HELLO: Hello = { ...WELCOME, session: '', token: '', credentials: undefined };

/** The fields as they are on the wire. */
const FIELDS = {
  session: '',
  token: '',
  boot: 'b-1',
  epoch: 1,
  resume: 120_000,
  received: 0,
  settled: 0,
  credit: 4_194_304,
  codec: 'msgpack',
  keepalive: [20_000, 5_000, 3],
  minPing: 1_000,
  maxMessage: 1_048_576,
  metadata: {},
};

const id = (minLength: number) => fc.string({ unit: 'grapheme-ascii', minLength, maxLength: 64 });
const whole = counter.map((n) => Math.max(n, 1));

const common = {
  token: id(0),
  boot: id(1),
  epoch: counter,
  resumeMs: counter,
  received: counter,
  settled: counter,
  credit: counter,
  codec: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 32 }),
  keepalive: fc.option(fc.record({ idleMs: whole, intervalMs: whole, probes: fc.integer({ min: 1, max: 1_000 }) }), {
    nil: undefined,
  }),
  minPingIntervalMs: fc.integer({ min: 0, max: 3_600_000 }),
  maxMessageBytes: counter,
  metadata: fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
    {
      maxKeys: 64,
    },
  ),
};

describe('HELLO and WELCOME', () => {
  it('are read back as they were written, HELLO', () => {
    const credentials = fc.oneof(fc.constant(undefined), fc.string(), fc.record({ user: fc.string() }));
    holds(
      fc.property(fc.record({ ...common, session: id(0), credentials }), (hello) => {
        expect(decodeHello(encodeHello(hello))).toEqual(hello);
      }),
    );
  });

  it('are read back as they were written, WELCOME', () => {
    holds(
      fc.property(fc.record({ ...common, session: id(1) }), (welcome) => {
        expect(decodeWelcome(encodeWelcome(welcome))).toEqual(welcome);
      }),
    );
  });

  it('are maps with the field names of the document', () => {
    expect(codec.decode(encodeHello({ ...HELLO, credentials: 'secret' }))).toEqual({
      ...FIELDS,
      credentials: 'secret',
    });
    expect(codec.decode(encodeWelcome(WELCOME))).toEqual({ ...FIELDS, session: 's-1', token: 't-1' });
  });

  it('never carry strict', () => {
    const offer = { ...HELLO, strict: true };
    expect(codec.decode(encodeHello(offer))).not.toHaveProperty('strict');
  });

  it('may leave out keepalive, metadata and credentials', () => {
    const { keepalive: _keepalive, metadata: _metadata, ...fields } = FIELDS;
    expect(decodeHello(codec.encode(fields))).toEqual({ ...HELLO, keepalive: undefined });
    expect(decodeHello(codec.encode({ ...FIELDS, keepalive: null }))).toMatchObject({ keepalive: undefined });
  });

  it('may go to the limits: ids of 64 characters, a codec of 32, 64 keys, 1000 probes, an hour', () => {
    const hello: Hello = {
      ...HELLO,
      session: 's'.repeat(64),
      token: 't'.repeat(64),
      boot: 'b'.repeat(64),
      codec: 'c'.repeat(32),
      keepalive: { idleMs: Number.MAX_SAFE_INTEGER, intervalMs: 1, probes: 1_000 },
      minPingIntervalMs: 3_600_000,
      maxMessageBytes: 0,
      metadata: Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`k${i}`, i])),
    };
    expect(decodeHello(encodeHello(hello))).toEqual(hello);
  });

  it('may hold fields of later versions, which are ignored', () => {
    const later = { ...FIELDS, health: 'ok', keepalive: [20_000, 5_000, 3, 'more'] };
    expect(decodeHello(codec.encode(later))).toEqual(HELLO);
  });

  it('may write whole numbers as doubles, as JavaScript does above 2^32', () => {
    const received = 2 ** 53 - 1;
    expect(decodeHello(encodeHello({ ...HELLO, received })).received).toBe(received);
  });
});

const ID = 'characters of printable ASCII';

describe.each([
  ['HELLO', decodeHello],
  ['WELCOME', decodeWelcome],
] as const)('%s is refused', (name, decode) => {
  const base = { ...FIELDS, session: 's-1' };

  it.each<[string, unknown, string]>([
    ['session', 'x'.repeat(65), ID],
    ['session', 'new\nline', ID],
    ['session', 7, ID],
    ['token', 'x'.repeat(65), `0 to 64 ${ID}`],
    ['boot', '', `1 to 64 ${ID}`],
    ['boot', 'ä', ID],
    ['epoch', -1, 'a whole number from 0 to 9007199254740991'],
    ['epoch', '1', 'a whole number'],
    ['received', 0.5, 'a whole number'],
    ['received', 2n ** 63n, 'a whole number'],
    ['settled', 2 ** 53, 'a whole number'],
    ['settled', Number.NaN, 'a whole number'],
    ['resume', -1, 'a whole number from 0 to 9007199254740991'],
    ['resume', Number.POSITIVE_INFINITY, 'a whole number'],
    ['credit', -1, 'a whole number from 0 to 9007199254740991'],
    ['credit', 'all', 'a whole number'],
    ['codec', '', `1 to 32 ${ID}`],
    ['codec', 'x'.repeat(33), `1 to 32 ${ID}`],
    ['keepalive', 'default', 'nil or an array of idle, interval and probes'],
    ['keepalive', [0, 5_000, 3], 'a whole number from 1'],
    ['keepalive', [20_000, 0.5, 3], 'a whole number from 1'],
    ['keepalive', [20_000, 5_000, 0], 'a whole number from 1 to 1000'],
    ['keepalive', [20_000, 5_000, 1_001], 'a whole number from 1 to 1000'],
    ['keepalive', [20_000, 5_000], 'a whole number from 1 to 1000'],
    ['minPing', -1, 'a whole number from 0 to 3600000'],
    ['minPing', 3_600_001, 'a whole number from 0 to 3600000'],
    ['maxMessage', -1, 'a whole number from 0 to 9007199254740991'],
    ['maxMessage', null, 'a whole number'],
    ['metadata', [], 'a map'],
    ['metadata', 'x', 'a map'],
    ['metadata', new Uint8Array(3), 'a map'],
    ['metadata', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i])), 'at most 64 keys'],
  ])('for the %s %o', (field, value, requirement) => {
    const refuse = () => decode(codec.encode({ ...base, [field]: value }));
    expect(refuse).toThrow(ProtocolError);
    expect(refuse).toThrow(`${name}.${field}`);
    expect(refuse).toThrow(requirement);
  });

  const counters = ['epoch', 'resume', 'received', 'settled', 'credit', 'minPing', 'maxMessage'];
  it.each(['session', 'token', 'boot', ...counters, 'codec'])('without %s', (field) => {
    const { [field as 'boot']: _left, ...rest } = base;
    expect(() => decode(codec.encode(rest))).toThrow(ProtocolError);
    expect(() => decode(codec.encode(rest))).toThrow(`${name}.${field}`);
  });

  it.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array(0)],
    ['bytes that are no MessagePack', Uint8Array.of(0xc1)],
    ['an extension type', Uint8Array.of(0xd4, 0x65, 0)],
    ['a number', codec.encode(7)],
    ['an array', codec.encode([])],
    ['nil', codec.encode(null)],
  ])('for %s in place of a map', (_what, bytes) => {
    expect(() => decode(bytes)).toThrow(ProtocolError);
  });

  it('or read, for any map, and never fails otherwise', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null), fc.array(fc.integer()));
    holds(
      fc.property(fc.constantFrom(...Object.keys(base)), value, (field, wrong) => {
        try {
          decode(codec.encode({ ...base, [field]: wrong }));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });

  it('without telling the value, which may be a token', () => {
    const token = 'secret'.repeat(20);
    expect(() => decode(codec.encode({ ...base, token }))).not.toThrow(/secret/);
  });
});

describe('what a stranger puts into HELLO', () => {
  const body = (fields: object) => codec.encode({ ...FIELDS, ...fields });
  /** As many empty maps in an array as make HELLO weigh 65,536, and so many more nils. */
  const heavy = (more: number) => [...Array.from({ length: 1_009 }, () => ({})), ...Array(6 + more).fill(null)];

  it('may weigh 65,536, and not 65,544, also where it is ignored', () => {
    expect(decodeHello(body({ credentials: heavy(0) })).credentials).toHaveLength(1_015);
    expect(() => decodeHello(body({ credentials: heavy(1) }))).toThrow('HELLO weighs 65544, over the limit of 65536');
    expect(decodeHello(body({ unknown: heavy(0) }))).toEqual(HELLO);
    expect(() => decodeHello(body({ unknown: heavy(1) }))).toThrow(ProtocolError);
  });

  it.each<[string, number, () => unknown]>([
    ['empty maps', 1_000, () => ({})],
    ['maps with the key 9', 540, () => ({ 9: 1 })],
    ['maps with the key 999', 540, () => ({ 999: 1 })],
  ])('takes less than 256 KiB when decoded, of %s', (_what, count, item) => {
    const bytes = body({ metadata: { x: Array.from({ length: count }, item) } });
    expect(heapOf(() => Array.from({ length: 20 }, () => decodeHello(bytes))) / 20).toBeLessThan(262_144);
  });

  it('arrives in metadata and credentials as it was, but for the key __proto__, and pollutes nothing', () => {
    const hostile = JSON.parse('{"__proto__":{"x":1},"constructor":2,"toString":null,"999":3}') as Record<
      string,
      unknown
    >;
    const { metadata, credentials } = decodeHello(body({ metadata: hostile, credentials: hostile }));
    const arrived = { __proto_: { x: 1 }, constructor: 2, toString: null, 999: 3 };
    expect([metadata, credentials]).toEqual([arrived, arrived]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('is no field of ours by the name of a method of objects', () => {
    const hostile = JSON.parse('{"__proto__":{"session":"s"},"hasOwnProperty":1}') as object;
    expect(decodeHello(body(hostile))).toEqual(HELLO);
    const { session: _left, ...rest } = FIELDS;
    expect(() => decodeHello(codec.encode({ ...rest, ...hostile }))).toThrow('HELLO.session');
  });

  it('may be an integer of 64 bits in metadata, and in a counter only up to 2^53-1', () => {
    expect(decodeHello(body({ metadata: { id: 2n ** 64n - 1n } })).metadata).toEqual({ id: 2n ** 64n - 1n });
    expect(() => decodeHello(body({ credit: 2n ** 64n - 1n }))).toThrow('HELLO.credit');
    expect(() => decodeHello(body({ credit: 2 ** 53 }))).toThrow('HELLO.credit');
    expect(decodeHello(body({ credit: 2 ** 53 - 1 })).credit).toBe(2 ** 53 - 1);
  });
});

describe('what we cannot mean', () => {
  it('is a RangeError: an idle of 0.5 ms, 65 keys of metadata, a session of 65 characters, an empty session in WELCOME', () => {
    const keepalive = { idleMs: 0.5, intervalMs: 1, probes: 1 };
    expect(() => encodeHello({ ...HELLO, keepalive })).toThrow(RangeError);
    const metadata = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i]));
    expect(() => encodeHello({ ...HELLO, metadata })).toThrow('HELLO.metadata must be a map of at most 64 keys');
    expect(() => encodeHello({ ...HELLO, session: 'x'.repeat(65) })).toThrow(RangeError);
    expect(() => encodeWelcome({ ...WELCOME, session: '' })).toThrow(RangeError);
  });

  it('is a RangeError: credentials that make HELLO longer than 16384 bytes', () => {
    const bare = encodeHello({ ...HELLO, credentials: 'x'.repeat(10_000) }).length - 10_000;
    // The length of the frame counts its type byte.
    const room = 16_384 - 1 - bare;
    expect(encodeHello({ ...HELLO, credentials: 'x'.repeat(room) })).toHaveLength(16_383);
    expect(() => encodeHello({ ...HELLO, credentials: 'x'.repeat(room + 1) })).toThrow(
      'HELLO takes 16385 bytes, over the limit of 16384',
    );
  });

  it('is a RangeError: credentials that make HELLO weigh more than 65,536', () => {
    expect(() => encodeHello({ ...HELLO, credentials: Array(8_100).fill(null) })).toThrow('HELLO weighs ');
  });

  it('is a TypeError: a Date among the credentials', () => {
    expect(() => encodeHello({ ...HELLO, credentials: new Date(0) })).toThrow(TypeError);
  });
});
