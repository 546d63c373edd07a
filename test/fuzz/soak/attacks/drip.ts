/** A lawful conversation, byte by byte: the only attack that the server has to bear to its end. */

import type { Frame } from '@systole/core';
import type { Assailant } from '../assailant.ts';
import type { Attack, Raid } from '../attack.ts';
import { ack, bytesOf, data, GOODBYE, hello, PREAMBLE } from '../phrases.ts';

/** Each byte is a segment; after so many there is a pause, so that a busy machine, too, is through in time. */
const BURST = 8;
const PAUSE_MS = 2;

async function say(raid: Raid, peer: Assailant, bytes: Uint8Array): Promise<void> {
  for (const [index, byte] of bytes.entries()) {
    peer.write(Uint8Array.of(byte));
    if (index % BURST === 0) await raid.rest(PAUSE_MS);
  }
}

export const drip: Attack = {
  name: 'drip',
  perSecond: 20,
  deserves: ['closed-by-peer'],
  async strike(raid) {
    const peer = await raid.connect();
    await say(raid, peer, Buffer.concat([PREAMBLE, bytesOf(hello())]));
    await peer.next('welcome');
    await say(raid, peer, bytesOf(data(1, { fill: 100 }), { type: 'ping', number: 1 }));
    const answer: Frame = await peer.next('result');
    if (!answer.ok || answer.value.length < 100) raid.breach('a message that came byte by byte had no result');
    await say(raid, peer, bytesOf(ack({ settled: 1 }), GOODBYE));
  },
};
