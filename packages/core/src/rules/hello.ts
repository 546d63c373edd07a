/** The handshake maps: what HELLO and WELCOME carry, and what of it is believed (W3). docs/PROTOCOL.md has the field list. */

import * as v from 'valibot';
import { ProtocolError } from '../words/errors.ts';
import type { Keepalive } from './keepalive.ts';
import {
  MAX_CODEC_CHARS,
  MAX_HANDSHAKE_FRAME_BYTES,
  MAX_HANDSHAKE_WEIGHT,
  MAX_ID_CHARS,
  MAX_METADATA_KEYS,
  MAX_MIN_PING_INTERVAL_MS,
  MAX_PROBES,
} from './limits.ts';
import { msgpackCodec } from './msgpack-codec.ts';
import { isPlainObject } from './plain.ts';
import { requirePlainMsgpack } from './plain-msgpack.ts';

/** What one end tells the other of itself. */
export interface WireOffer {
  /** What I watch the peer with, in whole milliseconds; undefined if I do not. */
  readonly keepalive: Keepalive | undefined;
  /** The lowest spacing of PINGs that I accept, in whole milliseconds. */
  readonly minPingIntervalMs: number;
  /** The largest message, or value of a result, that I accept, in bytes. */
  readonly maxMessageBytes: number;
  /** The name of my codec. */
  readonly codec: string;
}

/** What one end brings to the negotiation. */
export interface Offer extends WireOffer {
  /** Refuse rather than have my triple raised. Never sent: the peer need not know. */
  readonly strict: boolean;
}

/** Who speaks, and where it stands. */
export interface Identity {
  /** Identifies the process: another one tells a restart from a reconnect. */
  readonly boot: string;
  /** The number of this connection within its session. */
  readonly epoch: number;
  /** For how long I keep the session when this connection is lost, in milliseconds; 0 if I do not. */
  readonly resumeMs: number;
  /** The last message of the peer's that I have whole; 0 for none. */
  readonly received: number;
  /** I have the outcome of all my messages up to this one; 0 for none. */
  readonly settled: number;
  /** The cost of DATA that I take on this connection to begin with. */
  readonly credit: number;
  /** Plain data for the peer's application. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the client says first. */
export interface Hello extends WireOffer, Identity {
  /** The session to resume; empty for a new one. */
  readonly session: string;
  /** Proves that the session is ours; empty without one. */
  readonly token: string;
  /** For the server's application to judge; undefined if there are none. */
  readonly credentials: unknown;
}

/** What the server answers if it accepts. */
export interface Welcome extends WireOffer, Identity {
  /** The session, never empty. */
  readonly session: string;
  /** For resuming it; empty if that is not possible. */
  readonly token: string;
}

const codec = msgpackCodec();

const wholeSchema = (min: number, max: number = Number.MAX_SAFE_INTEGER): v.GenericSchema<unknown, number> =>
  v.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    `a whole number from ${min} to ${max}`,
  );

/** Printable ASCII: such a text can go into a log line as it is. */
const textSchema = (min: number, max: number): v.GenericSchema<unknown, string> =>
  v.custom<string>(
    (value) => typeof value === 'string' && value.length >= min && value.length <= max && /^[\x20-\x7e]*$/.test(value),
    `${min} to ${max} characters of printable ASCII`,
  );

const tripleSchema = v.tuple(
  [wholeSchema(1), wholeSchema(1), wholeSchema(1, MAX_PROBES)],
  'nil or an array of idle, interval and probes',
);

/** Not `v.record`, which silently drops keys such as `prototype`. */
const metadataSchema = v.custom<Readonly<Record<string, unknown>>>(
  (value) => isPlainObject(value) && Object.keys(value).length <= MAX_METADATA_KEYS,
  `a map of at most ${MAX_METADATA_KEYS} keys`,
);

/** What both maps hold. Fields that are not named here are ignored, so that later versions can add some. */
const commonEntries = {
  token: textSchema(0, MAX_ID_CHARS),
  boot: textSchema(1, MAX_ID_CHARS),
  epoch: wholeSchema(0),
  resume: wholeSchema(0),
  received: wholeSchema(0),
  settled: wholeSchema(0),
  credit: wholeSchema(0),
  codec: textSchema(1, MAX_CODEC_CHARS),
  keepalive: v.nullish(tripleSchema),
  minPing: wholeSchema(0, MAX_MIN_PING_INTERVAL_MS),
  maxMessage: wholeSchema(0),
  metadata: v.optional(metadataSchema, {}),
};

const helloSchema = v.object(
  { session: textSchema(0, MAX_ID_CHARS), ...commonEntries, credentials: v.optional(v.unknown()) },
  'a map',
);

const welcomeSchema = v.object({ session: textSchema(1, MAX_ID_CHARS), ...commonEntries }, 'a map');

/**
 * The body of a HELLO frame.
 *
 * @throws RangeError if a field is out of its bounds, the whole does not fit into a handshake frame or is too heavy, TypeError
 * if credentials or metadata are not plain data.
 */
export function encodeHello(hello: Hello): Uint8Array {
  const { session, credentials } = hello;
  return encodeMap('HELLO', helloSchema, { session, ...commonToWire(hello), credentials });
}

/**
 * What a HELLO frame carries.
 *
 * @throws ProtocolError that names the field which is missing or wrong.
 */
export function decodeHello(bytes: Uint8Array): Hello {
  const map = decodeMap('HELLO', helloSchema, bytes);
  return { session: map.session, ...commonFromWire(map), credentials: map.credentials };
}

/** The body of a WELCOME frame. Throws as {@link encodeHello} does. */
export function encodeWelcome(welcome: Welcome): Uint8Array {
  return encodeMap('WELCOME', welcomeSchema, { session: welcome.session, ...commonToWire(welcome) });
}

/** What a WELCOME frame carries. Throws as {@link decodeHello} does. */
export function decodeWelcome(bytes: Uint8Array): Welcome {
  const map = decodeMap('WELCOME', welcomeSchema, bytes);
  return { session: map.session, ...commonFromWire(map) };
}

type Common = WireOffer & Identity & { readonly token: string };
type CommonMap = Omit<v.InferOutput<typeof welcomeSchema>, 'session'>;

function commonToWire(common: Common): CommonMap {
  const { token, boot, epoch, received, settled, credit, keepalive, metadata } = common;
  return {
    token,
    boot,
    epoch,
    resume: common.resumeMs,
    received,
    settled,
    credit,
    codec: common.codec,
    keepalive: keepalive === undefined ? null : tripleToWire(keepalive),
    minPing: common.minPingIntervalMs,
    maxMessage: common.maxMessageBytes,
    metadata,
  };
}

function commonFromWire(map: CommonMap): Common {
  const { token, boot, epoch, received, settled, credit, metadata } = map;
  return {
    token,
    boot: detach(boot),
    epoch,
    resumeMs: map.resume,
    received,
    settled,
    credit,
    codec: map.codec,
    keepalive: map.keepalive ? tripleFromWire(map.keepalive) : undefined,
    minPingIntervalMs: map.minPing,
    maxMessageBytes: map.maxMessage,
    metadata: Object.keys(metadata).length === 0 ? NO_METADATA : metadata,
  };
}

/** What most peers say of themselves: one object for all of them. */
const NO_METADATA: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * The same text in memory of its own. What msgpackr gives out may be a slice of a text as long as the whole map, and the boot
 * id is kept as long as the session.
 */
function detach(text: string): string {
  return [text.slice(0, 1), text.slice(1)].join('');
}

type Triple = [idleMs: number, intervalMs: number, probes: number];

function tripleToWire({ idleMs, intervalMs, probes }: Keepalive): Triple {
  return [idleMs, intervalMs, probes];
}

function tripleFromWire([idleMs, intervalMs, probes]: Triple): Keepalive {
  return { idleMs, intervalMs, probes };
}

function encodeMap(subject: string, schema: v.GenericSchema, map: unknown): Uint8Array {
  const flaw = findFlaw(v.safeParse(schema, map));
  if (flaw !== undefined) throw new RangeError(`${subject}${flaw}`);
  const bytes = codec.encode(map);
  // The length of the frame counts its type byte too.
  if (bytes.length + 1 > MAX_HANDSHAKE_FRAME_BYTES) {
    throw new RangeError(`${subject} takes ${bytes.length + 1} bytes, over the limit of ${MAX_HANDSHAKE_FRAME_BYTES}`);
  }
  const excess = findExcessWeight(bytes);
  if (excess !== undefined) throw new RangeError(`${subject} ${excess}`);
  return bytes;
}

function decodeMap<Output>(subject: string, schema: v.GenericSchema<unknown, Output>, bytes: Uint8Array): Output {
  const result = v.safeParse(schema, decodeMsgpack(subject, bytes));
  if (result.success) return result.output;
  throw new ProtocolError(`${subject}${findFlaw(result)}`);
}

function decodeMsgpack(subject: string, bytes: Uint8Array): unknown {
  let excess: string | undefined;
  try {
    excess = findExcessWeight(bytes);
    if (excess === undefined) return codec.decode(bytes);
  } catch (error) {
    throw new ProtocolError(`${subject} is not plain MessagePack`, { cause: error });
  }
  throw new ProtocolError(`${subject} ${excess}`);
}

/** Looked at before anything is made of it: this is what whoever connects may have us keep. @throws TypeError if it is not plain */
function findExcessWeight(bytes: Uint8Array): string | undefined {
  const { weight } = requirePlainMsgpack(bytes);
  return weight > MAX_HANDSHAKE_WEIGHT ? `weighs ${weight}, over the limit of ${MAX_HANDSHAKE_WEIGHT}` : undefined;
}

/** Says what a field must be, never what it is: it may be a token, and the text will be logged. */
function findFlaw(result: v.SafeParseResult<v.GenericSchema>): string | undefined {
  const issue = result.issues?.[0];
  if (issue === undefined) return undefined;
  const path = v.getDotPath(issue);
  return `${path === null ? '' : `.${path}`} must be ${issue.message}`;
}
