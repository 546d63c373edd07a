/** Frames larger than may be: lengths that lie, up to 4 GiB, and one that is true, before the handshake is over and behind it. */

import type { Assailant } from '../assailant.ts';
import type { Attack } from '../attack.ts';
import { FOUR_GIB, lengthField, PREAMBLE } from '../phrases.ts';

const HELLO = Uint8Array.of(1);
const DATA = Uint8Array.of(5);

async function entered(peer: Assailant): Promise<Assailant> {
  await peer.enter();
  return peer;
}

const TRICKS: readonly ((peer: Assailant) => void | Promise<void>)[] = [
  (peer) => peer.write(PREAMBLE, FOUR_GIB, HELLO),
  (peer) => peer.write(PREAMBLE, lengthField(16_385), HELLO, new Uint8Array(16_384)),
  async (peer) => (await entered(peer)).write(FOUR_GIB, DATA),
  async (peer) => (await entered(peer)).write(lengthField(65_537), DATA, new Uint8Array(65_536)),
];

export const hugeFrames: Attack = {
  name: 'huge-frames',
  perSecond: 20,
  deserves: ['protocol-error'],
  async strike(raid) {
    await TRICKS[raid.turn % TRICKS.length]?.(await raid.connect());
  },
};
