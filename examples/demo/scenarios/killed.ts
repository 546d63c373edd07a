/** The peer's process is killed: its kernel sends a FIN, but nobody has said goodbye. */

import { meetPeer } from '../meeting.ts';
import type { Scenario } from '../scenario.ts';

export const killed: Scenario = {
  name: 'killed',
  story: 'SIGKILL ends the peer. The FIN comes from its kernel; that no CLOSE came before it gives the crash away.',
  zero: 'the SIGKILL',
  expectedCause: 'eof',
  async run(stage) {
    const { session, peer, connect } = await meetPeer(stage);
    stage.setZero();
    peer.kill('SIGKILL');
    stage.tell('demo', 'kill', 'kills the peer with SIGKILL');

    const { cause, evidence } = await session.next('disconnect');
    return {
      cause,
      detectionMs: stage.sinceZeroMs,
      boundMs: connect.boundMs,
      claims: { 'the hint is crash': evidence.hint === 'crash' },
    };
  },
};
