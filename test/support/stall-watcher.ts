/**
 * Program: a server that watches its peers while its own loop is blocked again and again, for longer than its bound; and
 * beside it a naive watcher, on other sockets.
 */

import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { stat } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectSocket, createServer as createSocketServer } from 'node:net';
import type { Cause, Keepalive, Session } from '@systole/server';
import { CHANNELS, createServer } from '@systole/server';
import type { Gap } from './lost-time.ts';
import { NaiveWatcher } from './naive-watcher.ts';
import type { Way } from './peers.ts';
import { heard, programConfig, say, sharedNow } from './program.ts';
import { HOLD, RELEASE } from './sluice.ts';

/** Where the loop is blocked: in a callback of this kind, or the process is stopped as a whole, by whoever started us. */
export type StallKind = 'timer' | 'fs' | 'socket' | 'immediate' | 'stop';

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
export type StallPhase = 'idle' | 'in-flight' | 'probing' | 'any';

/** A time in which the loop did not turn. */
export interface BlockedPeriod {
  readonly phase: StallPhase;
  readonly durationMs: number;
  /** Stalls that were reported for it. */
  readonly reported: number;
  /** Whether the naive watcher has judged a peer dead that was not. */
  readonly naiveWasWrong: boolean;
}

/** A session that has ended. */
export interface EndedSession {
  readonly cause: Cause;
  /** The peer's, and how it reaches us. */
  readonly name: string;
  readonly way: Way;
  /** On the clock that all processes share, as all times here. */
  readonly at: number;
  readonly silenceMs: number;
  /** The part of the silence in which our loop was not blocked. */
  readonly runningMs: number;
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
  /** `stop` only: we are to be stopped for so long, now. */
  | { readonly type: 'stop'; readonly durationMs: number }
  | StallReport;

/** What it does. */
export type ToStallWatcher =
  /** Stalls so often; or until no peer of this name is left, if that comes earlier. Then reports. */
  | { readonly type: 'stall'; readonly times: number; readonly untilGone?: string }
  /** `stop` only: the stop is over, and lasted from then to then. */
  | { readonly type: 'continued'; readonly from: number; readonly to: number };

const HOST = '127.0.0.1';
const LOOK_MS = 10;
const PHASES: readonly StallPhase[] = ['idle', 'in-flight', 'probing', 'any'];

const { kind, keepalive, seed, minStallMs, maxStallMs } = programConfig<StallWatcherConfig>();
const boundMs = keepalive.idleMs + keepalive.intervalMs * keepalive.probes;

interface Period extends Gap {
  readonly phase: StallPhase;
}

/** mulberry32. */
function makeRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = makeRandom(seed);
const periods: Period[] = [];
const stalls: Gap[] = [];
const ended: EndedSession[] = [];

function nameOf({ peer }: Session): string {
  return String(peer?.metadata['name']);
}

function wayOf({ peer }: Session): Way {
  return peer?.metadata['way'] as Way;
}

// The watcher.

const waitingForProbe: Readonly<Record<Way, Set<() => void>>> = {
  direct: new Set(),
  long: new Set(),
  sluice: new Set(),
};

function overlapMs(a: Gap, b: Gap): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));
}

function watchSession(session: Session): void {
  session.on('disconnect', ({ cause, evidence }) => {
    const at = sharedNow();
    const silenceMs = evidence.silenceMs ?? 0;
    const blockedMs = periods.reduce((sum, period) => sum + overlapMs(period, { from: at - silenceMs, to: at }), 0);
    const [name, way] = [nameOf(session), wayOf(session)];
    ended.push({ cause, name, way, at, silenceMs, runningMs: silenceMs - blockedMs });
  });
}

const { idleMs: idle, intervalMs: interval, probes } = keepalive;
const server = createServer({ keepalive: { idle, interval, probes } });
server.on('session', watchSession);
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

const nobody = new Int32Array(new SharedArrayBuffer(4));

function block(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}

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

async function openPair(): Promise<{ near: Socket; far: Socket }> {
  const listener = createSocketServer();
  listener.listen(0, HOST);
  await once(listener, 'listening');
  const near = connectSocket({ host: HOST, port: (listener.address() as AddressInfo).port, noDelay: true });
  const [far] = (await once(listener, 'connection')) as [Socket];
  return { near, far };
}

const { near, far } = await openPair();

function isGone(name: string | undefined): boolean {
  return name !== undefined && ![...server.sessions].some((session) => nameOf(session) === name);
}

/** Calls back in the kind of callback that is asked for. */
function callFrom(place: Exclude<StallKind, 'stop'>, callback: () => void): void {
  switch (place) {
    case 'timer':
      setTimeout(callback, 1);
      return;
    case 'fs':
      stat('.', callback);
      return;
    case 'socket':
      far.once('data', callback);
      near.write('.');
      return;
    case 'immediate':
      setImmediate(callback);
  }
}

/** A stall of this length, from the next callback of the kind that is asked for. */
async function stall(phase: StallPhase, ms: number): Promise<Period> {
  if (kind === 'stop') {
    say<FromStallWatcher>({ type: 'stop', durationMs: ms });
    const order = await heard<ToStallWatcher>();
    if (order.type !== 'continued') throw new Error(`told to ${order.type} during a stop`);
    return { phase, from: order.from, to: order.to };
  }
  return new Promise((resolve) => {
    callFrom(kind, () => {
      const from = sharedNow();
      block(ms);
      resolve({ phase, from, to: sharedNow() });
    });
  });
}

function describePeriod(period: Period): BlockedPeriod {
  const { phase, from, to } = period;
  return {
    phase,
    durationMs: to - from,
    reported: stalls.filter((gap) => overlapMs(gap, period) > 0).length,
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
    periods.push(await stall(phase, minStallMs + random() * (maxStallMs - minStallMs)));
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
