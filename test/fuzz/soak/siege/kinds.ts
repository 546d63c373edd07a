/** What besiegers do to take a server's memory, and the most that each of them may take: the bounds that SECURITY.md states. */

import type { Assailant } from '../assailant.ts';
import type { Door } from '../attack.ts';
import { HALF_RECORD } from '../attacks/bad-tls.ts';
import { HALF_HELLO } from '../attacks/half-handshake.ts';
import { bytesOf, data, endless, lengthField } from '../phrases.ts';

/** So that two thousand of them fit into a machine, a message is small here; each bound grows with it as it says. */
export const LIMITS = { maxMessageBytes: 65_536, maxUnhandledBytes: 65_664 } as const;

/** Beside what it sends: its socket, its connection and, once it is let in, its session. */
const ARRIVAL_BYTES = 16_384;
const SESSION_BYTES = 24_576;

/** What OpenSSL takes for a connection, beside the heap. */
const TLS_BYTES = 65_536;

/** A frame of the handshake, and a later one, of which not all has come. Their length fields are in the room of the former two. */
const HANDSHAKE_FRAME_BYTES = 16_384;
const FRAME_BYTES = 65_536;

/** What may wait in our own send queue. */
const SEND_QUEUE_BYTES = 262_144;

/** What one read of a socket takes in: the messages of it that wait have one block of memory, which the last of them holds. */
const CHUNK_BYTES = 65_536;

/**
 * A message that waits holds less than three times its cost: a copy, or a view of what it is most of, which is twice at most; and
 * objects of 160 to 330 bytes, by the version of Node, where 128 are counted.
 */
const SHARE_HELD = 3;

/** Messages that wait, or the parts of one; and a frame that is not whole. */
const UNHANDLED_BYTES = SHARE_HELD * LIMITS.maxUnhandledBytes + CHUNK_BYTES + FRAME_BYTES;

/** Answers that the peer has not confirmed; the last one begins below the bound. */
const UNCONFIRMED_BYTES = SHARE_HELD * LIMITS.maxUnhandledBytes + LIMITS.maxMessageBytes;

/** One way to take memory. */
export interface Kind {
  readonly name: string;
  /** What one of them may take. */
  readonly boundBytes: number;
  /** As an expression of constants and options. */
  readonly formula: string;
  /** Where it comes in; default: the door without TLS. */
  readonly door?: Door;
  /** Whether it stays in the handshake, of which a server bears 1,024 at one time by default. */
  readonly isStranger: boolean;
  /** Takes what it can, on a connection that is there. */
  stand(peer: Assailant): Promise<void> | void;
}

async function enterAndSay(peer: Assailant, bytes: Uint8Array): Promise<void> {
  await peer.enter();
  peer.write(bytes);
}

/** A message of which the last part does not come, up to the limit; then a frame that is as large as may be, but for one byte. */
const HALF_MESSAGE = Buffer.concat([
  bytesOf(...endless(1, 65_000)),
  lengthField(65_536),
  new Uint8Array(65_535).fill(5),
]);

/** The first message stays with its handler: the others wait. */
const HOLD = bytesOf(data(1, { hold: true }));

/** Messages of one byte, until the credit is spent. */
const TINY = bytesOf(...Array.from({ length: 500 }, (_, index) => data(index + 2, null)));

/** An unknown type that is skipped, and costs no credit. */
const OPTIONAL_TYPE = 0xff;

/** As much as one read of a socket takes in: a message of 4 KiB, and behind it what costs nothing. */
function padded(number: number): Uint8Array {
  const message = bytesOf({ type: 'data', number, part: 'whole', payload: new Uint8Array(4_096) });
  const restBytes = 65_536 - message.length - 4;
  const padding = new Uint8Array(restBytes).fill(OPTIONAL_TYPE, 0, 1);
  return Buffer.concat([message, lengthField(restBytes), padding]);
}

const PADDED = Buffer.concat(Array.from({ length: 15 }, (_, index) => padded(index + 2)));

/** Far more than may wait, or be answered, without a word of what has come. */
const QUESTIONS = bytesOf(...Array.from({ length: 450 }, (_, index) => data(index + 1, { fill: 1_024 })));

const WAITING_FORMULA = '152 KiB + 3 x maxUnhandledBytes';

export const KINDS: readonly Kind[] = [
  {
    name: 'mute',
    boundBytes: ARRIVAL_BYTES,
    formula: '16 KiB',
    isStranger: true,
    stand() {},
  },
  {
    name: 'half-handshake',
    boundBytes: ARRIVAL_BYTES + HANDSHAKE_FRAME_BYTES,
    formula: '32 KiB',
    isStranger: true,
    stand: (peer) => peer.write(HALF_HELLO),
  },
  {
    name: 'half-tls',
    boundBytes: ARRIVAL_BYTES + TLS_BYTES,
    formula: '80 KiB',
    door: 'tls',
    isStranger: true,
    stand: (peer) => peer.write(HALF_RECORD),
  },
  {
    name: 'half-message',
    boundBytes: SESSION_BYTES + UNHANDLED_BYTES,
    formula: WAITING_FORMULA,
    isStranger: false,
    stand: (peer) => enterAndSay(peer, HALF_MESSAGE),
  },
  {
    name: 'tiny-messages',
    boundBytes: SESSION_BYTES + UNHANDLED_BYTES,
    formula: WAITING_FORMULA,
    isStranger: false,
    stand: (peer) => enterAndSay(peer, Buffer.concat([HOLD, TINY])),
  },
  {
    name: 'padded-messages',
    boundBytes: SESSION_BYTES + UNHANDLED_BYTES,
    formula: WAITING_FORMULA,
    isStranger: false,
    stand: (peer) => enterAndSay(peer, Buffer.concat([HOLD, PADDED])),
  },
  {
    name: 'deaf',
    boundBytes: SESSION_BYTES + UNHANDLED_BYTES + UNCONFIRMED_BYTES + SEND_QUEUE_BYTES,
    formula: '408 KiB + 6 x maxUnhandledBytes + maxMessageBytes',
    isStranger: false,
    async stand(peer) {
      await peer.enter();
      peer.stopReading();
      peer.write(QUESTIONS);
    },
  },
];
