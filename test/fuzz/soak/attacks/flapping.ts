/** Changes the connection of its own session as fast as it can, until it is refused. */

import type { Attack } from '../attack.ts';
import { decode } from '../phrases.ts';
import { RESUME_MS, SECRET } from '../plan.ts';

/** How many changes are allowed at once, and after how long there is one more. */
const BURST = 10;
const REFILL_MS = 5_000;

export const flapping: Attack = {
  name: 'flapping',
  perSecond: 60,
  deserves: ['rejected flapping'],
  explained: ['superseded', 'silent'], // it answers no PING while it waits for its turn
  async strike(raid) {
    const startedAt = performance.now();
    const credentials = { name: `flapper ${raid.turn}`, secret: SECRET };
    let fields: Readonly<Record<string, unknown>> = { credentials, resume: RESUME_MS };
    for (let changes = 0; ; changes += 1) {
      const peer = await raid.connect();
      const { session, token } = decode((await peer.enter(fields)).body);
      fields = { credentials, resume: RESUME_MS, session, token, epoch: changes + 2 };
      const elapsedMs = performance.now() - startedAt;
      if (changes <= BURST + elapsedMs / REFILL_MS) continue;
      raid.breach(`a session changed its connection ${changes} times in ${Math.round(elapsedMs)} ms`);
      return peer.leave();
    }
  },
};
