// FIN has its place in the stream, behind all data: nothing that was sent before it is lost. (TCP/IP Illustrated 18.2)
// Here it comes, data and FIN, while we are not reading.
//
// Run:     npm run build && node examples/dist/experiments/fin-behind-data.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The peer sends 131072 bytes and then FIN, and only now do we begin to read:
//     data: 131072 bytes                      message: 131072 bytes
//     end                                     disconnect: eof (hint: crash)
//     close
//
//   FIN waits for its turn in the stream: whatever was sent before it is read before it, by whoever goes on reading.

import { atRest } from './lab/at-rest.ts';
import { conduct } from './lab/experiment.ts';
import { plainPair } from './lab/plain-pair.ts';
import { systolePair } from './lab/systole-pair.ts';

const SIZE = 131_072;

await conduct({
  title: 'FIN comes while data of the peer is still unread.',
  trials: [
    {
      happens: `The peer sends ${SIZE} bytes and then FIN, and only now do we begin to read`,
      plain: plainPair(async ({ ours, peers }) => {
        ours.pause();
        peers.end(Buffer.alloc(SIZE));
        await atRest(ours, peers);
        ours.resume();
      }),
      systole: systolePair(async ({ ours, peers, peerSession }) => {
        ours.pause();
        peerSession.send(Buffer.alloc(SIZE)).catch(() => {});
        await atRest(ours, peers);
        peers.end();
        await atRest(ours, peers);
        ours.resume();
      }),
      expected: {
        plain: [`data: ${SIZE} bytes`, 'end', 'close'],
        systole: [`message: ${SIZE} bytes`, 'disconnect: eof (hint: crash)'],
      },
    },
  ],
  lesson:
    'FIN waits for its turn in the stream: whatever was sent before it is read before it, by whoever goes on reading.',
});
