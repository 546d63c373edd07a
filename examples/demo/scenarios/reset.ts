/** The peer's end of the connection is reset. */

import { meetPeer } from '../meeting.ts';
import type { Scenario } from '../scenario.ts';

export const reset: Scenario = {
  name: 'reset',
  story: 'The peer resets its socket: an RST instead of a FIN.',
  zero: 'the order to the peer',
  expectedCause: 'reset',
  async run(stage) {
    const { session, peer, connect } = await meetPeer(stage);
    stage.setZero();
    peer.send('reset');
    stage.tell('demo', 'reset', 'tells the peer to reset its socket');

    const { cause, evidence } = await session.next('disconnect');
    return {
      cause,
      detectionMs: stage.sinceZeroMs,
      boundMs: connect.boundMs,
      claims: { 'the code is ECONNRESET': evidence.code === 'ECONNRESET' },
    };
  },
};
