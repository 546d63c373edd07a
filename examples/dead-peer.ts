// The process of a peer freezes, as one does in a deadlock or in swap. Its kernel goes on acknowledging, so TCP sees a
// healthy connection. The server suspects the peer one interval after its first unanswered PING, and is sure after
// idle + interval x probes = 500 + 3 x 250 = 1250 ms, and says what the verdict rests on.
//
// Run:     npm run build && node examples/dist/dead-peer.js
// You see:
//
//   connected: a dead peer is found within 1250 ms
//   the peer has answered: process …
//   SIGSTOP: the peer is frozen
//   suspect: nothing came for … ms, PINGs sent: …
//   dead: silent, nothing came for … ms, PINGs sent: …, round trip before: … ms
//   disconnect: silent
//   what was asked meanwhile: ERR_IN_DOUBT

import type { Session, SystoleError } from '@systole/server';
import { createServer } from '@systole/server';
import { endProgram, startProgram } from './support/program.ts';

/** Tells what a session tells. */
function follow(session: Session): void {
  session.on('connect', ({ boundMs }) => console.log(`connected: a dead peer is found within ${boundMs} ms`));
  session.on('suspect', ({ silenceMs, probesSent }) => {
    console.log(`suspect: nothing came for ${Math.round(silenceMs)} ms, PINGs sent: ${probesSent}`);
  });
  session.on('dead', ({ cause, evidence: { silenceMs = 0, probesSent, rttMs = 0 } }) => {
    const silence = `nothing came for ${Math.round(silenceMs)} ms`;
    console.log(`dead: ${cause}, ${silence}, PINGs sent: ${probesSent}, round trip before: ${rttMs.toFixed(3)} ms`);
  });
  session.on('disconnect', ({ cause }) => console.log(`disconnect: ${cause}`));
}

const server = createServer({ keepalive: { idle: 500, interval: 250, probes: 3 } });
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const arrival = server.next('session');
server.on('session', follow);
const peer = startProgram(new URL('./support/peer.js', import.meta.url), port);
const session = await arrival;
const ended = session.next('end');

console.log('the peer has answered:', await session.send('who are you?'));
await session.verify(); // one heartbeat, so that there is a round trip to compare with

peer.kill('SIGSTOP');
console.log('SIGSTOP: the peer is frozen');
const lost = session.send('are you there?').catch((error: SystoleError) => error.code);
await ended;
console.log('what was asked meanwhile:', await lost);

await endProgram(peer);
await server.close();
