// A host goes down: init sends SIGTERM to each process, waits, and sends SIGKILL to those that remain. (UNP 5.16)
// A process that closes its server of Systole on SIGTERM says `going-away`. Of one that does not, nothing is left but the FIN
// which its kernel sends: to a plain socket both are the same.
//
// Run:     npm run build && node examples/dist/experiments/host-shutdown.js
// You see:
//
//     node:net                                Systole
//     --------------------------------------  --------------------------------------
//   The process of the peer says goodbye on SIGTERM:
//     SIGTERM                                 SIGTERM
//     end                                     disconnect: going-away (“the server is closing”)
//     close
//   The process of the peer ignores SIGTERM, and is killed 1000 ms later:
//     SIGTERM                                 SIGTERM
//     SIGKILL                                 SIGKILL
//     end                                     disconnect: eof (hint: crash)
//     close
//
//   To TCP a host that goes down is one more FIN; a process that says goodbye on SIGTERM lets its peers look elsewhere at once.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Column } from './lab/column.ts';
import type { Side } from './lab/experiment.ts';
import { conduct } from './lab/experiment.ts';
import type { Manners, PeerProcess } from './lab/peer-process.ts';
import { connectPlain, startPeer } from './lab/peer-process.ts';
import { tellSocket } from './lab/plain-pair.ts';
import { connectOnce, tellSession } from './lab/systole-pair.ts';

/** How long a process may take over SIGTERM; the init systems of hosts give it many seconds. */
const GRACE_MS = 1_000;

/** What an init system does to a process when its host goes down. */
async function shutDown(column: Column, { peer }: PeerProcess): Promise<void> {
  const exited = once(peer, 'exit');
  column.tell('SIGTERM');
  peer.kill('SIGTERM');
  await Promise.race([exited, sleep(GRACE_MS, undefined, { ref: false })]);
  if (peer.exitCode === null) {
    column.tell('SIGKILL');
    peer.kill('SIGKILL');
  }
  await exited;
}

const plain = (manners: Manners): Side => {
  return async (column) => {
    const process = await startPeer(column, 'plain-peer', manners);
    const closed = tellSocket(column, await connectPlain(column, process.port));
    await Promise.all([shutDown(column, process), closed]);
  };
};

const systole = (manners: Manners): Side => {
  return async (column) => {
    const process = await startPeer(column, 'systole-peer', manners);
    const session = connectOnce(column, { port: process.port, keepalive: false });
    const ended = tellSession(column, session);
    await session.ready();
    await Promise.all([shutDown(column, process), ended]);
  };
};

await conduct({
  title: 'A host goes down: each process gets SIGTERM, and some time later SIGKILL.',
  trials: [
    {
      happens: 'The process of the peer says goodbye on SIGTERM',
      plain: plain('polite'),
      systole: systole('polite'),
      expected: {
        plain: ['SIGTERM', 'end', 'close'],
        systole: ['SIGTERM', 'disconnect: going-away (“the server is closing”)'],
      },
    },
    {
      happens: `The process of the peer ignores SIGTERM, and is killed ${GRACE_MS} ms later`,
      plain: plain('stubborn'),
      systole: systole('stubborn'),
      expected: {
        plain: ['SIGTERM', 'SIGKILL', 'end', 'close'],
        systole: ['SIGTERM', 'SIGKILL', 'disconnect: eof (hint: crash)'],
      },
    },
  ],
  lesson:
    'To TCP a host that goes down is one more FIN; a process that says goodbye on SIGTERM lets its peers look elsewhere at once.',
});
