/** What is no TLS at a port that wants TLS: our own protocol in the clear, a ClientHello of random bytes, and one that never ends. */

import type { Attack } from '../attack.ts';
import { bytesOf, hello, PREAMBLE } from '../phrases.ts';

/** A record of the handshake of TLS, so long. */
const RECORD_BYTES = 512;
const RECORD_HEAD = Uint8Array.of(0x16, 3, 1, RECORD_BYTES >> 8, RECORD_BYTES & 0xff);

/** A ClientHello, by its first byte. */
const CLIENT_HELLO = 1;

/** The largest record that there is, and one half of it. */
export const HALF_RECORD: Uint8Array = Buffer.concat([
  Uint8Array.of(0x16, 3, 1, 0x40, 0, CLIENT_HELLO),
  new Uint8Array(8_192),
]);

const IN_THE_CLEAR = Buffer.concat([PREAMBLE, bytesOf(hello())]);

export const badTls: Attack = {
  name: 'bad-tls',
  perSecond: 30,
  deserves: ['tls-failed', 'handshake-timeout'],
  async strike(raid) {
    const peer = await raid.connect('tls');
    const body = Uint8Array.from({ length: RECORD_BYTES }, () => raid.random() * 256).fill(CLIENT_HELLO, 0, 1);
    const tricks = [IN_THE_CLEAR, Buffer.concat([RECORD_HEAD, body]), RECORD_HEAD];
    peer.write(tricks[raid.turn % tricks.length] ?? RECORD_HEAD);
  },
};
