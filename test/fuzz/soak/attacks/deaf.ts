/** A peer that is let in, asks for results and PONGs, and never reads a byte of them; in the end it says nothing either. */

import type { Attack } from '../attack.ts';
import { bytesOf, data } from '../phrases.ts';

/** More results than the server may keep, each longer than its question. */
const QUESTIONS = 5_000;
const FILL_BYTES = 1_024;

/** Such questions, with one number after the other. */
function questions(count: number, fillBytes: number): Uint8Array {
  return bytesOf(...Array.from({ length: count }, (_, index) => data(index + 1, { fill: fillBytes })));
}

const ALL = questions(QUESTIONS, FILL_BYTES);

/** As often as a server allows that asks for one a second. */
const PINGS = 2;
const PING_EVERY_MS = 1_000;

/** By then it is judged. */
const SILENCE_MS = 6_000;

export const deaf: Attack = {
  name: 'deaf',
  perSecond: 5,
  deserves: ['silent'],
  async strike(raid) {
    const peer = await raid.connect();
    await peer.enter();
    peer.stopReading();
    peer.write(ALL);
    for (let number = 1; number <= PINGS; number += 1) {
      await raid.rest(PING_EVERY_MS);
      peer.send({ type: 'ping', number });
    }
    await raid.rest(SILENCE_MS);
    peer.readAgain();
  },
};
