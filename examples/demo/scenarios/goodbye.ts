/** The peer says goodbye: on TCP alone this would look like the kill. */

import { meetPeer } from '../meeting.ts';
import type { Scenario } from '../scenario.ts';

export const goodbye: Scenario = {
  name: 'goodbye',
  story: 'The peer closes in good order. To TCP it is a FIN like that of the killed one; CLOSE tells them apart.',
  zero: 'the order to the peer',
  expectedCause: 'closed-by-peer',
  async run(stage) {
    const { session, peer, connect, seen } = await meetPeer(stage);
    stage.setZero();
    peer.send('goodbye');
    stage.tell('demo', 'goodbye', 'tells the peer to close');

    const { cause, evidence } = await session.next('disconnect');
    return {
      cause,
      detectionMs: stage.sinceZeroMs,
      boundMs: connect.boundMs,
      claims: {
        'its reason has come with it': evidence.detail === 'my shift is over',
        'there is no verdict': !seen.includes('dead'),
      },
    };
  },
};
