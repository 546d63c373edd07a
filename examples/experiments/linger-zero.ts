// Linger 0, in Node `socket.resetAndDestroy()`: close sends RST, and all that is on its way is thrown away. (UNP 7.5)
// With nothing on its way, read tells ECONNRESET. Behind data, it depends on libuv: up to 1.51 (Node 22), node:net says `end`, as
// if all had come; see write-provokes-rst.ts. Systole acknowledges what it reads, and hears of RST from its write. It has no more
// than its send window on its way, so that a peer which closes before we read leaves the message unfinished. Seen so on Linux.
//
// Run:     npm run build && node examples/dist/experiments/linger-zero.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The peer closes with linger 0, and nothing is on its way:
//     error: ECONNRESET on read               disconnect: reset (ECONNRESET on read)
//     close
//   The peer sends 12000000 bytes and closes, in the ordinary way:
//     data: 12000000 bytes                    disconnect: eof (hint: crash)
//     end
//     close
//   The peer sends 12000000 bytes and closes with linger 0, while most of them are on their way:
//     data: a part of 12000000 bytes          disconnect: reset (ECONNRESET on write)
//     …
//     close
//
//   Linger 0 throws away what is on its way: node:net may then tell a stream without its tail as ended, Systole only whole messages.

import { atRest } from './lab/at-rest.ts';
import type { Side } from './lab/experiment.ts';
import { conduct } from './lab/experiment.ts';
import type { Ends } from './lab/plain-pair.ts';
import { plainPair } from './lab/plain-pair.ts';
import { RESET_BEHIND_DATA } from './lab/reset-behind-data.ts';
import { systolePair } from './lab/systole-pair.ts';

/** More than the buffers of both kernels take. */
const SIZE = 12_000_000;

type Leave = (ends: Ends) => void;

const plain = (leave: Leave): Side =>
  plainPair(
    async (ends) => {
      const { ours, peers } = ends;
      ours.pause();
      peers.write(Buffer.alloc(SIZE));
      await atRest(ours, peers);
      leave(ends);
      ours.resume();
    },
    { sent: SIZE },
  );

const systole = (leave: Leave): Side =>
  systolePair(async (ends) => {
    const { ours, peers, peerSession } = ends;
    ours.pause();
    peerSession.send(Buffer.alloc(SIZE)).catch(() => {});
    await atRest(ours, peers);
    leave(ends);
    ours.resume();
  });

const close: Leave = ({ peers }) => void peers.end();
const reset: Leave = ({ peers }) => void peers.resetAndDestroy();

await conduct({
  title: 'Linger 0: close sends RST instead of FIN.',
  trials: [
    {
      happens: 'The peer closes with linger 0, and nothing is on its way',
      plain: plainPair(reset),
      systole: systolePair(reset),
      expected: {
        plain: ['error: ECONNRESET on read', 'close'],
        systole: ['disconnect: reset (ECONNRESET on read)'],
      },
    },
    {
      happens: `The peer sends ${SIZE} bytes and closes, in the ordinary way`,
      plain: plain(close),
      systole: systole(close),
      expected: {
        plain: [`data: ${SIZE} bytes`, 'end', 'close'],
        systole: ['disconnect: eof (hint: crash)'],
      },
    },
    {
      happens: `The peer sends ${SIZE} bytes and closes with linger 0, while most of them are on their way`,
      plain: plain(reset),
      systole: systole(reset),
      expected: {
        plain: [`data: a part of ${SIZE} bytes`, RESET_BEHIND_DATA, 'close'],
        systole: ['disconnect: reset (ECONNRESET on write)'],
      },
    },
  ],
  lesson:
    'Linger 0 throws away what is on its way: node:net may then tell a stream without its tail as ended, Systole only whole messages.',
});
