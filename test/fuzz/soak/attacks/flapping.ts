/** Changes the connection of its own session as fast as it can. */

import type { Attack } from '../attack.ts';
import { decode } from '../phrases.ts';
import { RESUME_MS, SECRET } from '../plan.ts';

/** More than the burst that is allowed. */
const CHANGES = 12;

export const flapping: Attack = {
  name: 'flapping',
  perSecond: 60,
  deserves: ['rejected flapping'],
  explained: ['superseded'],
  async strike(raid) {
    const credentials = { name: `flapper ${raid.turn}`, secret: SECRET };
    let fields: Readonly<Record<string, unknown>> = { credentials, resume: RESUME_MS };
    for (let epoch = 2; epoch < CHANGES + 2; epoch += 1) {
      const peer = await raid.connect();
      const { session, token } = decode((await peer.enter(fields)).body);
      fields = { credentials, resume: RESUME_MS, session, token, epoch };
    }
    raid.breach(`a session changed its connection ${CHANGES} times in a row`);
  },
};
