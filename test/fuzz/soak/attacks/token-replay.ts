/** Comes back to its session with a token that has been used, as somebody would who has overheard it. */

import type { Attack } from '../attack.ts';
import { decode, GOODBYE } from '../phrases.ts';
import { RESUME_MS, SECRET } from '../plan.ts';

export const tokenReplay: Attack = {
  name: 'token-replay',
  perSecond: 30,
  deserves: ['closed-by-peer'],
  explained: ['superseded', 'silent'], // it answers no PING while it waits for its turn
  async strike(raid) {
    const credentials = { name: `replayer ${raid.turn}`, secret: SECRET };
    const first = await raid.connect();
    const { session, token } = decode((await first.enter({ credentials, resume: RESUME_MS })).body);
    const lostAt = performance.now();
    first.reset();
    await first.gone;
    const second = await raid.connect();
    const resumed = decode((await second.enter({ credentials, session, token, epoch: 2, resume: RESUME_MS })).body);
    const wasInTime = performance.now() - lostAt < RESUME_MS;
    if (resumed['session'] !== session && wasInTime) raid.breach('the token of a session was not good for it');
    second.send({ type: 'ping', number: 1 }); // shows that it has the new token
    await second.next('pong');
    const third = await raid.connect();
    const replayed = decode((await third.enter({ credentials, session, token, epoch: 3, resume: RESUME_MS })).body);
    if (replayed['session'] === session) raid.breach('a token was good that had been used');
    second.send(GOODBYE);
    third.send(GOODBYE);
  },
};
