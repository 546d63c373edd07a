/** A HELLO of 16 KiB, the most that a handshake allows, of which one half never comes. */

import type { Attack } from '../attack.ts';
import { lengthField, PREAMBLE } from '../phrases.ts';

/** What a frame of the handshake may have, and half of it. */
const HELLO_BYTES = 16_384;
export const HALF_HELLO: Uint8Array = Buffer.concat([
  PREAMBLE,
  lengthField(HELLO_BYTES),
  Uint8Array.of(1),
  new Uint8Array(HELLO_BYTES / 2),
]);

export const halfHandshake: Attack = {
  name: 'half-handshake',
  perSecond: 20,
  deserves: ['handshake-timeout'],
  async strike(raid) {
    (await raid.connect()).write(HALF_HELLO);
  },
};
