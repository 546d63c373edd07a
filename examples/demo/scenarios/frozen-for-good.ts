/** The peer is frozen and stays so: the classical run, idle then three probes then the verdict. */

import { meetPeer } from '../meeting.ts';
import type { Scenario } from '../scenario.ts';

export const frozenForGood: Scenario = {
  name: 'frozen-for-good',
  story: 'SIGSTOP freezes the peer. Its kernel goes on acknowledging, so TCP sees a healthy connection.',
  zero: 'the last received byte',
  expectedCause: 'silent',
  async run(stage) {
    const { session, peer, connect, seen } = await meetPeer(stage);
    const before = seen.length;
    peer.kill('SIGSTOP');
    stage.setZero(session.inspect().silenceMs);
    stage.tell('demo', 'freeze', 'freezes the peer with SIGSTOP');

    const { cause, evidence } = await session.next('disconnect');
    const since = seen.slice(before);
    const { idleMs = 0, intervalMs = 0, probes = 0 } = connect.keepalive ?? {};
    const earliestMs = 0.9 * idleMs + intervalMs * probes; // idle is shortened by up to a tenth, at random
    return {
      cause,
      detectionMs: evidence.silenceMs ?? Number.NaN,
      boundMs: connect.boundMs,
      claims: {
        [`the verdict does not come before ${earliestMs} ms`]: (evidence.silenceMs ?? 0) >= earliestMs,
        'three probes are sent': since.filter((event) => event === 'probe').length === 3 && evidence.probesSent === 3,
        'suspect comes before dead': since.includes('suspect') && since.indexOf('suspect') < since.indexOf('dead'),
      },
    };
  },
};
