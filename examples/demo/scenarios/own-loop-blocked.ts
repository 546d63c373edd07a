/** We ourselves stand still, for twice the bound: the clock says that every peer is long dead, and none of them is. */

import { blockEventLoop } from '../../support/block-event-loop.ts';
import { ask, meetPeer, nextByte } from '../meeting.ts';
import type { Scenario } from '../scenario.ts';

export const ownLoopBlocked: Scenario = {
  name: 'own-loop-blocked',
  story: 'Our own event loop is blocked for twice the bound, while the peer is well (played meanwhile, elsewhere).',
  zero: 'the last received byte',
  expectedCause: 'none',
  async run(stage) {
    const { session, peer, connect, seen, stalls } = await meetPeer(stage);
    const { boundMs = 0 } = connect;
    const before = seen.length;
    stage.setZero(session.inspect().silenceMs);
    stage.tell('demo', 'block', `blocks its own event loop for ${2 * boundMs} ms`, { forMs: 2 * boundMs });
    blockEventLoop(2 * boundMs);
    stage.tell('demo', 'unblock', 'runs again: by the clock, the peer is long dead');

    const isHeard = await nextByte(stage, session, 'answers the probe: it was alive all the time');
    const isAnswered = await ask(stage, session, peer);

    const { state, epoch, lastCause } = session.inspect();
    const since = seen.slice(before);
    return {
      cause: lastCause ?? 'none',
      claims: {
        'one stall longer than the bound is told': stalls.filter((stall) => stall.durationMs > boundMs).length === 1,
        'the probe after it is answered': isHeard,
        'nobody is suspected or judged': !since.includes('suspect') && !since.includes('dead'),
        'it is the same connection as before': state === 'open' && epoch === 1,
        'a message is answered afterwards': isAnswered,
      },
    };
  },
};
