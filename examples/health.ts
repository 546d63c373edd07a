// A health check for whoever watches this process: an HTTP endpoint tells how the server and each of its sessions are,
// and answers 503 while a peer is suspect or failing, or shortly after our own process has stood still. `verify` asks a
// peer now, before it is relied upon; its answer brings along what the peer's hook `health` says.
//
// Run:     npm run build && node examples/dist/health.js
// You see:
//
//   verified: a round trip took … ms
//   the peer says that it is ok, with { rssBytes: … }
//   GET /health: 200, 1 of 65536 sessions; open and alive, missed … of 3, silent for … ms
//   SIGSTOP freezes the peer
//   GET /health: 503, 1 of 65536 sessions; open and suspect, missed … of 3, silent for … ms
//   SIGCONT
//   GET /health: 200, 1 of 65536 sessions; open and alive, missed … of 3, silent for … ms
//   our own process stands still for 1500 ms
//   GET /health: 503, 1 of 65536 sessions; open and alive, missed … of 3, silent for … ms; stalled for … ms

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@systole/core/node';
import type { ServerSnapshot, SessionSnapshot, Stall } from '@systole/server';
import { createServer } from '@systole/server';
import { blockEventLoop } from './support/block-event-loop.ts';
import { endProgram, startProgram } from './support/program.ts';

/** What is told of the process. */
interface Health {
  readonly server: ServerSnapshot;
  readonly sessions: readonly SessionSnapshot[];
  readonly stall?: Stall | undefined;
}

/** A shorter stall is nothing that a load balancer needs to know. */
const NOTABLE_STALL_MS = 500;
/** How long a stall is told. */
const STALL_MEMORY_MS = 5_000;

const server = createServer({ keepalive: { idle: 500, interval: 500, probes: 3 } });
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
let lastStall: Stall | undefined;
server.on('stall', (stall) => {
  if (stall.durationMs >= NOTABLE_STALL_MS) lastStall = stall;
});

function recentStall(): Stall | undefined {
  return lastStall !== undefined && systemClock.now() - lastStall.endedAt < STALL_MEMORY_MS ? lastStall : undefined;
}

function isHealthy({ belief, peerHealth }: SessionSnapshot): boolean {
  return belief === 'alive' && peerHealth?.status !== 'failing';
}

const http = createHttpServer((_request, response) => {
  const sessions = [...server.sessions].map((session) => session.inspect());
  const stall = recentStall();
  const health: Health = { server: server.inspect(), sessions, stall };
  const isWell = stall === undefined && sessions.every(isHealthy);
  response.writeHead(isWell ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(health));
});
await once(http.listen(0, '127.0.0.1'), 'listening');

async function ask(): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/health`);
  const { server, sessions, stall } = (await response.json()) as Health;
  const details = sessions.map(
    ({ state, belief, missed, allowed, silenceMs = 0 }) =>
      `; ${state} and ${belief}, missed ${missed} of ${allowed}, silent for ${Math.round(silenceMs)} ms`,
  );
  if (stall !== undefined) details.push(`; stalled for ${Math.round(stall.durationMs)} ms`);
  console.log(
    `GET /health: ${response.status}, ${server.sessions} of ${server.limits.maxConnections} sessions${details.join('')}`,
  );
}

const peer = startProgram(new URL('./support/peer.js', import.meta.url), port);
const session = await server.next('session');
console.log(`verified: a round trip took ${(await session.verify()).toFixed(3)} ms`);
const { peerHealth } = session.inspect();
console.log(`the peer says that it is ${peerHealth?.status}, with`, peerHealth?.payload);
await ask();

const suspect = session.next('suspect');
peer.kill('SIGSTOP');
console.log('SIGSTOP freezes the peer');
await suspect;
await ask();

const alive = session.next('alive');
peer.kill('SIGCONT');
console.log('SIGCONT');
await alive;
await ask();

const stalled = server.next('stall');
console.log('our own process stands still for 1500 ms');
blockEventLoop(1_500);
await stalled;
await ask();

await endProgram(peer);
await server.close();
await once(http.close(), 'close');
