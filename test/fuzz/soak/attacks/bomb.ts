/** HELLO with arrays within arrays, deeper than any stack, in place of credentials. */

import type { Frame } from '@systole/core';
import type { Attack } from '../attack.ts';
import { bytesOf, encode, PREAMBLE } from '../phrases.ts';

/** An array of one element, in msgpack. */
const ARRAY_OF_ONE = 0x91;

const DEPTH = 16_000;

const BOMB: Frame = {
  type: 'hello',
  body: Buffer.concat([Uint8Array.of(0x81), encode('credentials'), Buffer.alloc(DEPTH, ARRAY_OF_ONE), encode(null)]),
};

const BYTES = bytesOf(BOMB);

export const bomb: Attack = {
  name: 'bomb',
  perSecond: 30,
  deserves: ['protocol-error'],
  async strike(raid) {
    (await raid.connect()).write(PREAMBLE, BYTES);
  },
};
