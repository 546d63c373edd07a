/**
 * Program: a server that watches its peers while its own loop is blocked again and again, for longer than its bound; and
 * beside it a naive watcher, on other sockets.
 */

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Keepalive, Session } from '@systole/server';
import { CHANNELS, createServer } from '@systole/server';
import type { StallKind, StopOver, StopRequest } from './blocking.ts';
import { Blocker } from './blocking.ts';
import type { Gap } from './lost-time.ts';
import { lostMsWithin } from './lost-time.ts';
import { NaiveWatcher } from './naive-watcher.ts';
import type { Way } from './peers.ts';
import { heard, programConfig, say, sharedNow } from './program.ts';
import { makeRandom } from './random.ts';
import type { EndedSession } from './session-ends.ts';
import { nameOf, noteEnd, wayOf } from './session-ends.ts';
import { HOLD, RELEASE } from './sluice.ts';

/** What it is started with. */
export interface StallWatcherConfig {
  readonly kind: StallKind;
  readonly keepalive: Keepalive;
  /** For the choice of moments and lengths. */
  readonly seed: number;
  readonly minStallMs: number;
  readonly maxStallMs: number;
}

/** Into which moment of the heartbeat a stall falls. */
type StallPhase = 'idle' | 'in-flight' | 'probing' | 'any';

/** A time in which the loop did not turn. */
export interface BlockedPeriod {
  readonly phase: StallPhase;
  readonly durationMs: number;
  /** Stalls that were reported for it. */
  readonly reported: number;
  /** Whether the naive watcher has judged a peer dead that was not. */
  readonly naiveWasWrong: boolean;
}

/** What has come of a series of stalls. */
export interface StallReport {
  readonly type: 'report';
  readonly periods: readonly BlockedPeriod[];
  /** Sessions that are still there. */
  readonly sessions: number;
  readonly ended: readonly EndedSession[];
  /** Verdicts of the naive watcher that stood when it looked again after one poll phase. */
  readonly naiveConfirmed: number;
}

/** What it says. */
export type FromStallWatcher =
  | { readonly type: 'listening'; readonly port: number; readonly naivePort: number }
  /** `stop` only. */
  | StopRequest
  | StallReport;

/** What it does. */
export type ToStallWatcher =
  /** Stalls so often; or until no peer of this name is left, if that comes earlier. Then reports. */
  | { readonly type: 'stall'; readonly times: number; readonly untilGone?: string }
  /** `stop` only. */
  | StopOver;

const HOST = '127.0.0.1';
const LOOK_MS = 10;
const PHASES: readonly StallPhase[] = ['idle', 'in-flight', 'probing', 'any'];

const { kind, keepalive, seed, minStallMs, maxStallMs } = programConfig<StallWatcherConfig>();
const boundMs = keepalive.idleMs + keepalive.intervalMs * keepalive.probes;

interface Period extends Gap {
  readonly phase: StallPhase;
}

const random = makeRandom(seed);
const periods: Period[] = [];
const stalls: Gap[] = [];
const ended: EndedSession[] = [];

// The watcher.

const waitingForProbe: Readonly<Record<Way, Set<() => void>>> = {
  direct: new Set(),
  long: new Set(),
  sluice: new Set(),
};

const { idleMs: idle, intervalMs: interval, probes } = keepalive;
const server = createServer({ keepalive: { idle, interval, probes } });
server.on('session', (session) => noteEnd(session, ended, (within) => lostMsWithin(periods, within)));
server.on('stall', ({ durationMs }) => stalls.push({ from: sharedNow() - durationMs, to: sharedNow() }));
subscribe(CHANNELS.probe, (payload) => {
  const waiting = waitingForProbe[wayOf((payload as { session: Session }).session)];
  for (const wake of waiting) wake();
  waiting.clear();
});

/** To the peers that have sluices. */
let sluices: Socket;
const naive = new NaiveWatcher(boundMs, (socket) => {
  sluices = socket;
});

// The stalls.

const blocker = new Blocker(kind);

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** When the next PING is sent on this way. Not for ever: after a failure there may be nobody left. */
async function probeOn(way: Way): Promise<void> {
  await Promise.race([new Promise<void>((resolve) => waitingForProbe[way].add(resolve)), after(2 * boundMs)]);
}

/** All on the long ways have been heard since the last stall: the heartbeat goes its ordinary way again. */
async function recovered(): Promise<void> {
  const deadline = sharedNow() + 2 * boundMs;
  const isUnheard = (session: Session): boolean => {
    const { silenceMs = 0 } = session.inspect();
    return wayOf(session) !== 'direct' && sharedNow() - silenceMs < (periods.at(-1)?.to ?? 0);
  };
  while ([...server.sessions].some(isUnheard) && sharedNow() < deadline) await after(LOOK_MS);
}

async function phaseReached(phase: StallPhase): Promise<void> {
  if (phase === 'any') return after(random() * 2 * idle);
  await recovered();
  switch (phase) {
    case 'idle':
      return after(random() * 0.3 * idle);
    case 'in-flight':
      return probeOn('long');
    case 'probing':
      sluices.write(HOLD);
      await probeOn('sluice');
      await after((0.5 + 0.8 * random()) * interval); // before and after the second probe, and suspicion
      sluices.write(RELEASE); // the PONGs arrive while we are blocked
  }
}

function isGone(name: string | undefined): boolean {
  return name !== undefined && ![...server.sessions].some((session) => nameOf(session) === name);
}

function describePeriod(period: Period): BlockedPeriod {
  const { phase, from, to } = period;
  return {
    phase,
    durationMs: to - from,
    reported: stalls.filter((gap) => lostMsWithin([gap], period) > 0).length,
    naiveWasWrong: naive.verdicts.some((at) => at >= from && at <= to + interval),
  };
}

const naivePort = await naive.listen(HOST);
const address = await server.listen({ host: HOST, port: 0 });
say<FromStallWatcher>({ type: 'listening', port: 'port' in address ? address.port : 0, naivePort });

for (;;) {
  const order = await heard<ToStallWatcher>();
  if (order.type !== 'stall') continue;
  const first = periods.length;
  for (let count = 0; count < order.times && !isGone(order.untilGone); count += 1) {
    const phase = PHASES[count % PHASES.length] ?? 'any';
    await phaseReached(phase);
    periods.push({ phase, ...(await blocker.block(minStallMs + random() * (maxStallMs - minStallMs))) });
  }
  await after(boundMs); // what the last stall has led to comes to light
  say<FromStallWatcher>({
    type: 'report',
    periods: periods.slice(first).map(describePeriod),
    sessions: server.sessions.size,
    ended: ended.splice(0),
    naiveConfirmed: naive.confirmed,
  });
}
