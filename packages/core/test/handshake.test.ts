import { describe, expect, it } from 'vitest';
import type { Role } from '../src/machines/handshake.ts';
import { Handshake } from '../src/machines/handshake.ts';
import type { Hello, Offer, Welcome } from '../src/rules/hello.ts';
import { encodeHello, encodeWelcome } from '../src/rules/hello.ts';
import { encodePreamble, encodeUnsupported } from '../src/rules/preamble.ts';
import { ProtocolError } from '../src/words/errors.ts';
import type { Frame } from '../src/words/frame.ts';

const OFFER: Offer = {
  keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  minPingIntervalMs: 1_000,
  maxMessageBytes: 1_048_576,
  strict: false,
  codec: 'msgpack',
};

const { strict: _, ...WIRE } = OFFER;
const STANDING = { resumeMs: 120_000, received: 5, settled: 4, credit: 4_194_304 };
const IDENTITY = { token: 't-1', boot: 'b-1', epoch: 7, ...STANDING, metadata: { name: 'sensor 7' } };
const HELLO: Hello = { ...WIRE, ...IDENTITY, session: '', credentials: 'secret' };
const WELCOME: Welcome = { ...WIRE, ...IDENTITY, session: 's-1' };
const TERMS = {
  keepalive: OFFER.keepalive,
  raised: false,
  peerKeepalive: OFFER.keepalive,
  pingSpacingMs: OFFER.minPingIntervalMs,
  maxMessageBytes: 1_048_576,
};

function hello(changes: Partial<Hello> = {}): Frame {
  return { type: 'hello', body: encodeHello({ ...HELLO, ...changes }) };
}

function welcome(changes: Partial<Welcome> = {}): Frame {
  return { type: 'welcome', body: encodeWelcome({ ...WELCOME, ...changes }) };
}

const CLOSE = {
  type: 'close',
  scope: 'connection',
  code: 'rejected',
  lastAccepted: 0,
  retryAfterMs: 9_000,
  spreadMs: 0,
  reason: 'not you',
} as const;

describe.each<Role>(['client', 'server'])('Handshake of a %s: the preamble', (role) => {
  it('W1: waits through 4 bytes of magic, and gives what follows the version as frames', () => {
    const handshake = new Handshake(role, OFFER);
    const bytes = Uint8Array.of(...encodePreamble(1), 11, 12);
    for (const byte of bytes.subarray(0, 4)) {
      expect(handshake.handleBytes(Uint8Array.of(byte))).toEqual({ type: 'wait' });
    }
    expect(handshake.handleBytes(bytes.subarray(4))).toEqual({ type: 'frames', bytes: Uint8Array.of(11, 12) });
  });

  it('W1: knows a stranger by its 1st byte, and has neither answer nor CLOSE for it', () => {
    expect(new Handshake(role, OFFER).handleBytes(Uint8Array.of(0x47))).toEqual({
      type: 'refuse',
      cause: 'not-our-protocol',
      detail: 'the first bytes are of another protocol',
    });
  });
});

describe('Handshake: versions', () => {
  it('W1: a server tells a client of version 2 that it speaks version 1', () => {
    expect(new Handshake('server', OFFER).handleBytes(encodePreamble(2))).toEqual({
      type: 'refuse',
      cause: 'rejected',
      detail: 'the peer asks for wire version 2, we speak 1',
      answer: encodeUnsupported([1]),
    });
  });

  it('W1: a client has no answer to a server of version 2, which should have adapted', () => {
    expect(new Handshake('client', OFFER).handleBytes(encodePreamble(2))).toEqual({
      type: 'refuse',
      cause: 'protocol-error',
      detail: 'the peer asks for wire version 2, we speak 1',
    });
  });

  it('W1: a client learns that the server speaks versions 2 and 3 only', () => {
    expect(new Handshake('client', OFFER).handleBytes(encodeUnsupported([2, 3]))).toEqual({
      type: 'refuse',
      cause: 'rejected',
      detail: 'the peer speaks wire version 2, 3 only',
    });
  });
});

describe('Handshake: the first frame', () => {
  it('W3: a server has HELLO and the terms', () => {
    const step = new Handshake('server', OFFER).handleFrame(hello());
    expect(step).toEqual({ type: 'hello', hello: HELLO, terms: TERMS });
  });

  it('W3: a client has WELCOME and the terms, with an interval raised to the 8,000 ms that the server accepts', () => {
    const step = new Handshake('client', OFFER).handleFrame(welcome({ minPingIntervalMs: 8_000 }));
    expect(step).toEqual({
      type: 'welcome',
      welcome: { ...WELCOME, minPingIntervalMs: 8_000 },
      terms: {
        ...TERMS,
        raised: true,
        keepalive: { idleMs: 20_000, intervalMs: 8_000, probes: 3 },
        pingSpacingMs: 8_000,
      },
    });
  });

  it('a client is refused with CLOSE', () => {
    expect(new Handshake('client', OFFER).handleFrame(CLOSE)).toEqual({ type: 'closed', frame: CLOSE });
  });

  it.each<[Role, Frame]>([
    ['server', hello({ codec: 'json' })],
    ['client', welcome({ codec: 'json' })],
  ])('a %s refuses a peer whose codec is not its own with CLOSE incompatible', (role, frame) => {
    expect(new Handshake(role, OFFER).handleFrame(frame)).toEqual({
      type: 'refuse',
      cause: 'rejected',
      detail: "codecs must be the same: ours is msgpack, the peer's is json",
      close: 'incompatible',
    });
  });

  it('W3: a strict client refuses to have its interval of 5,000 ms raised to 8,000 ms', () => {
    const step = new Handshake('client', { ...OFFER, strict: true }).handleFrame(welcome({ minPingIntervalMs: 8_000 }));
    expect(step).toMatchObject({ type: 'refuse', cause: 'rejected', close: 'incompatible' });
    expect(step.type === 'refuse' && step.detail).toContain('each 8000 ms');
  });

  it.each<[Role, string, Frame]>([
    ['server', 'PING came where HELLO was due', { type: 'ping', number: 1 }],
    ['server', 'WELCOME came where HELLO was due', welcome()],
    ['server', 'CLOSE came where HELLO was due', CLOSE],
    ['client', 'HELLO came where WELCOME was due', hello()],
    [
      'client',
      'DATA came where WELCOME was due',
      { type: 'data', number: 1, part: 'whole', payload: Uint8Array.of(1) },
    ],
  ])('L10: a %s takes no other frame first: %s', (role, detail, frame) => {
    const step = new Handshake(role, OFFER).handleFrame(frame);
    expect(step).toEqual({ type: 'refuse', cause: 'protocol-error', detail, close: 'protocol-error' });
  });

  it('throws ProtocolError for a map that is malformed, at both ends', () => {
    const body = Uint8Array.of(0xc1);
    expect(() => new Handshake('server', OFFER).handleFrame({ type: 'hello', body })).toThrow(ProtocolError);
    expect(() => new Handshake('client', OFFER).handleFrame({ type: 'welcome', body })).toThrow(ProtocolError);
  });

  it("lets an error through that is not the peer's: here an offer that is null", () => {
    const broken = null as unknown as Offer;
    expect(() => new Handshake('server', broken).handleFrame(hello())).toThrow(TypeError);
  });
});
