/** How scenarios begin: a server of ours watches a peer in a process of its own. */

import type { ChildProcess } from 'node:child_process';
import type { Server, Session, SessionEvents, Stall } from '@systole/server';
import { createServer } from '@systole/server';
import { follow } from './follow.ts';
import { KEEPALIVE } from './scenario.ts';
import type { Stage } from './stage.ts';

/** A session of our server, and the process at its other end. */
export interface Meeting {
  readonly session: Session;
  readonly peer: ChildProcess;
  readonly connect: SessionEvents['connect'];
  /** The names of the session's events so far, and `probe` for each probe. */
  readonly seen: readonly string[];
  /** The stalls of our process, as the server has told them. */
  readonly stalls: readonly Stall[];
}

/** Opens a server, starts a peer, and waits until it has connected and answered its first probe. */
export async function meetPeer(stage: Stage): Promise<Meeting> {
  const server = createServer({ keepalive: KEEPALIVE });
  stage.atEnd(() => server.close());
  const stalls: Stall[] = [];
  server.on('stall', (stall) => {
    stalls.push(stall);
    tellStall(stage, stall);
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const first = firstSession(stage, server);
  const peer = stage.start('peer', port);
  stage.tell('demo', 'start', `starts the peer, process ${peer.pid}`, { pid: peer.pid });
  const { session, connect, seen } = await first;
  await firstHeartbeat(stage, session);
  return { session, peer, connect, seen, stalls };
}

function firstSession(stage: Stage, server: Server): Promise<Pick<Meeting, 'session' | 'connect' | 'seen'>> {
  return new Promise((resolve) => {
    // `connect` follows in the same turn: after an await it would be missed.
    server.once('session', (session) => {
      const seen = follow(stage, session);
      session.once('connect', (connect) => resolve({ session, connect, seen }));
    });
  });
}

/** Waits for the first answer to a probe. The wait before it is random, so that fleets do not beat in step; only from then on it is idle. */
export async function firstHeartbeat(stage: Stage, session: Session): Promise<void> {
  await stage.until(() => session.inspect().rtt !== undefined);
  const rttMs = session.inspect().rtt?.latestMs ?? Number.NaN;
  stage.tell('peer', 'heartbeat', `answers the probe after ${rttMs.toFixed(1)} ms`, { rttMs });
}

/** Waits for the next byte, and tells it in these words. False if the connection ends first. */
export async function nextByte(stage: Stage, session: Session, text: string): Promise<boolean> {
  const { bytesIn } = session.inspect();
  const isGone = (): boolean => session.inspect().state !== 'open';
  await stage.until(() => isGone() || session.inspect().bytesIn > bytesIn);
  if (isGone()) return false;
  stage.tell('peer', 'evidence', text);
  return true;
}

/** Sends a message and waits for the answer. True if it came from this process. */
export async function ask(stage: Stage, session: Session, { pid }: ChildProcess): Promise<boolean> {
  try {
    const answer = await session.send('who is there?', { timeout: '5s' });
    stage.tell('peer', 'answer', `answers a message: “${answer}”`, { answer });
    return answer === `process ${pid}`;
  } catch (error) {
    stage.tell('systole', 'unanswered', `a message fails: ${(error as Error).message}`);
    return false;
  }
}

/** Tells a stall of our own process. */
export function tellStall(stage: Stage, stall: Stall): void {
  stage.tell('systole', 'stall', `stall: for ${Math.round(stall.durationMs)} ms our own process did not run`, stall);
}
