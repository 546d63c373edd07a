// The peer closes: read sees FIN, which node:net tells as `end` and then `close`. (UNP 5.12)
// A crash looks just like a goodbye, unless the peer has said one: Systole's CLOSE frame, which goes before FIN.
//
// Run:     npm run build && node examples/dist/experiments/read-sees-fin.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The peer closes its socket without a word, as its kernel does when its process crashes:
//     end                                     disconnect: eof (hint: crash)
//     close
//   The peer says goodbye, as well as it can:
//     end                                     disconnect: closed-by-peer (normal, “my shift is over”)
//     close
//
//   TCP has one FIN for a crash and for a goodbye alike: only a word of the peer itself, before it, tells them apart.

import { conduct } from './lab/experiment.ts';
import { plainPair } from './lab/plain-pair.ts';
import { systolePair } from './lab/systole-pair.ts';

await conduct({
  title: 'The peer closes, and read sees FIN.',
  trials: [
    {
      happens: 'The peer closes its socket without a word, as its kernel does when its process crashes',
      plain: plainPair(({ peers }) => void peers.destroy()),
      systole: systolePair(({ peers }) => void peers.destroy()),
      expected: { plain: ['end', 'close'], systole: ['disconnect: eof (hint: crash)'] },
    },
    {
      happens: 'The peer says goodbye, as well as it can',
      plain: plainPair(({ peers }) => void peers.end()),
      systole: systolePair(({ peerSession }) => peerSession.close('my shift is over')),
      expected: { plain: ['end', 'close'], systole: ['disconnect: closed-by-peer (normal, “my shift is over”)'] },
    },
  ],
  lesson:
    'TCP has one FIN for a crash and for a goodbye alike: only a word of the peer itself, before it, tells them apart.',
});
