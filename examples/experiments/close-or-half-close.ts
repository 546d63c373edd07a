// Close against half-close: shutdown(SHUT_WR) ends one direction only, as in `ssh host sort < file`. (UNP 6.6)
// The peer asks and ends its writing half; the answer reaches it only if our socket was made with allowHalfOpen, which Node's are
// not. If it closes both halves, our write still succeeds and nobody hears it. A session of Systole does not end by halves:
// close() waits for what is under way, in both directions, and a FIN without CLOSE is a crash.
//
// Run:     npm run build && node examples/dist/experiments/close-or-half-close.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The peer closes its writing half, and we had asked for allowHalfOpen:
//     data: 12 bytes                          message: how are you?
//     end                                     disconnect: closed-by-peer (normal)
//     write: taken by our kernel              the peer hears: fine
//     close
//     the peer hears: fine
//   The same, and we had not, as is the default of node:net:
//     data: 12 bytes                          message: how are you?
//     end                                     disconnect: closed-by-peer (normal)
//     close                                   the peer hears: fine
//     write: EPIPE
//     the peer hears: nothing
//   The peer closes both halves:
//     data: 12 bytes                          message: how are you?
//     end                                     disconnect: eof (hint: crash)
//     write: taken by our kernel              the peer hears: ERR_IN_DOUBT
//     close
//     the peer hears: nothing
//
//   A half-close lets the answer through only if both ends have arranged for it; a goodbye of Systole always waits for what is under way.

import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { conduct } from './lab/experiment.ts';
import type { Ends } from './lab/plain-pair.ts';
import { closed, plainPair, tellWrite } from './lab/plain-pair.ts';
import type { SystoleEnds } from './lab/systole-pair.ts';
import { systolePair } from './lab/systole-pair.ts';

const QUESTION = 'how are you?';
const ANSWER = 'fine';

/** What our answer takes, as if we had to ask somebody else: far longer than a FIN on loopback. */
const THOUGHT_MS = 50;

const think = (): Promise<string> => sleep(THOUGHT_MS, ANSWER);

/** We begin to think when the whole question has come, that is at `end`; the peer leaves as soon as it has asked. */
async function askPlain({ ours, peers, column }: Ends, leave: () => void): Promise<void> {
  const over = Promise.all([closed(ours), closed(peers)]);
  let heard = '';
  peers.on('data', (chunk) => {
    heard += chunk;
  });
  peers.write(QUESTION, leave);
  await once(ours, 'end');
  await tellWrite(column, ours, await think());
  ours.destroy();
  await over;
  column.tell(`the peer hears: ${heard === '' ? 'nothing' : heard}`);
}

/** The same with a message: the handler thinks. */
async function askSystole({ session, peerSession, column }: SystoleEnds, leave: () => void): Promise<void> {
  const ended = session.next('end');
  const answer = peerSession.send(QUESTION).catch((error: NodeJS.ErrnoException) => error.code);
  await nextTurn(); // the question is with the kernel
  leave();
  await ended;
  column.tell(`the peer hears: ${await answer}`);
}

await conduct({
  title: 'The peer asks and leaves: by half, or altogether. Does it hear the answer?',
  trials: [
    {
      happens: 'The peer closes its writing half, and we had asked for allowHalfOpen',
      plain: plainPair((ends) => askPlain(ends, () => ends.peers.end()), { allowHalfOpen: true }),
      systole: systolePair((ends) => askSystole(ends, () => void ends.peerSession.close()), { answer: think }),
      expected: {
        plain: [
          `data: ${QUESTION.length} bytes`,
          'end',
          'write: taken by our kernel',
          'close',
          `the peer hears: ${ANSWER}`,
        ],
        systole: [`message: ${QUESTION}`, 'disconnect: closed-by-peer (normal)', `the peer hears: ${ANSWER}`],
      },
    },
    {
      happens: 'The same, and we had not, as is the default of node:net',
      plain: plainPair((ends) => askPlain(ends, () => ends.peers.end())),
      systole: systolePair((ends) => askSystole(ends, () => void ends.peerSession.close()), { answer: think }),
      expected: {
        plain: [`data: ${QUESTION.length} bytes`, 'end', 'close', 'write: EPIPE', 'the peer hears: nothing'],
        systole: [`message: ${QUESTION}`, 'disconnect: closed-by-peer (normal)', `the peer hears: ${ANSWER}`],
      },
    },
    {
      happens: 'The peer closes both halves',
      plain: plainPair((ends) => askPlain(ends, () => ends.peers.destroy()), { allowHalfOpen: true }),
      systole: systolePair((ends) => askSystole(ends, () => ends.peers.destroy()), { answer: think }),
      expected: {
        plain: [
          `data: ${QUESTION.length} bytes`,
          'end',
          'write: taken by our kernel',
          'close',
          'the peer hears: nothing',
        ],
        systole: [`message: ${QUESTION}`, 'disconnect: eof (hint: crash)', 'the peer hears: ERR_IN_DOUBT'],
      },
    },
  ],
  lesson:
    'A half-close lets the answer through only if both ends have arranged for it; a goodbye of Systole always waits for what is under way.',
});
