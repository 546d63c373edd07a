/** The peer is frozen for less than the bound: a probe goes out, its answer comes late, and nobody dies. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ask, meetPeer, nextByte } from '../meeting.ts';
import type { Scenario } from '../scenario.ts';

const FROZEN_MS = 2_500;

export const frozenBriefly: Scenario = {
  name: 'frozen-briefly',
  story: `SIGSTOP freezes the peer for ${FROZEN_MS} ms: longer than idle, shorter than the bound.`,
  zero: 'the last received byte',
  expectedCause: 'none',
  async run(stage) {
    const { session, peer, seen } = await meetPeer(stage);
    const before = seen.length;
    peer.kill('SIGSTOP');
    stage.setZero(session.inspect().silenceMs);
    stage.tell('demo', 'freeze', 'freezes the peer with SIGSTOP');

    await sleep(FROZEN_MS - stage.sinceZeroMs);
    peer.kill('SIGCONT');
    stage.tell('demo', 'thaw', 'thaws the peer with SIGCONT');
    const isHeard = await nextByte(stage, session, 'answers the probe at last: it is alive, and there is no verdict');
    const isAnswered = await ask(stage, session, peer);

    const since = seen.slice(before);
    const { state, epoch, lastCause } = session.inspect();
    return {
      cause: lastCause ?? 'none',
      claims: {
        'a probe is sent, and answered in the end': since.includes('probe') && isHeard,
        'there is no verdict': !since.includes('dead'),
        'it is the same connection as before': state === 'open' && epoch === 1,
        'a message is answered afterwards': isAnswered,
      },
    };
  },
};
