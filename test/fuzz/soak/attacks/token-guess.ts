/** Asks for sessions of others by their true ids, with tokens that are guessed. */

import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.ts';
import { decode, GOODBYE } from '../phrases.ts';
import { RESUME_MS } from '../plan.ts';

/** Of a token. */
const BYTES = 24;

export const tokenGuess: Attack = {
  name: 'token-guess',
  perSecond: 30,
  deserves: ['closed-by-peer'],
  async strike(raid) {
    const { sessions } = raid;
    const session = sessions[Math.floor(raid.random() * sessions.length)] ?? '';
    const peer = await raid.connect();
    const token = randomBytes(BYTES).toString('base64url');
    const { body } = await peer.enter({ session, token, epoch: 1_000, resume: RESUME_MS });
    if (decode(body)['session'] === session) raid.breach('a guessed token was good for a session of somebody else');
    peer.send(GOODBYE);
  },
};
