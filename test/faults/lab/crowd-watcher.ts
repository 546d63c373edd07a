/**
 * Program: a server that watches a crowd while its own loop is blocked again and again; and on the very same sockets the
 * deadline by setTimeout that most people write.
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keepalive } from '@systole/server';
import { createServer } from '@systole/server';
import { Ballast } from '../../support/ballast.ts';
import type { StallKind, StopOver, StopRequest } from '../../support/blocking.ts';
import { Blocker } from '../../support/blocking.ts';
import type { Gap } from '../../support/lost-time.ts';
import { LostTime, lostMsWithin, mergeGaps } from '../../support/lost-time.ts';
import { NaiveWatcher } from '../../support/naive-watcher.ts';
import { heard, programConfig, say, sharedNow } from '../../support/program.ts';
import { makeRandom } from '../../support/random.ts';
import type { EndedSession } from '../../support/session-ends.ts';
import { nameOf, noteEnd } from '../../support/session-ends.ts';

/** Where the loop is blocked: in a callback of this kind, by a collection of garbage, or the process is stopped. */
export type CrowdStallKind = Exclude<StallKind, 'fs'> | 'collection';

/** What it is started with. */
export interface CrowdWatcherConfig {
  readonly kind: CrowdStallKind;
  readonly keepalive: Keepalive;
  /** For the choice of moments. */
  readonly seed: number;
}

/** A stall: at any moment, or just after everyone was sent a PING. */
export interface CrowdStall extends Gap {
  readonly moment: 'any' | 'asked';
  /** How long it was to be. */
  readonly lengthMs: number;
  /** Peers whose PONG was awaited when it began. */
  readonly awaited: number;
  /** Stalls that were reported for it. */
  readonly reported: number;
  /** Peers that the naive deadline has judged for it. */
  readonly naiveKilled: number;
}

export interface CrowdReport {
  readonly type: 'report';
  readonly stalls: readonly CrowdStall[];
  /** The longest collection of garbage that was a stall, or part of one; undefined if there was none. */
  readonly collectionMs: number | undefined;
  /** Sessions that are still there. */
  readonly sessions: number;
  readonly ended: readonly EndedSession[];
}

/** What it says. */
export type FromCrowdWatcher =
  | { readonly type: 'listening'; readonly port: number }
  /** `stop` only. */
  | StopRequest
  | CrowdReport;

/** What it does. */
export type ToCrowdWatcher =
  /** Stalls for so long each; or until no peer of this name is left, if that comes earlier. Then reports. */
  | { readonly type: 'stall'; readonly lengthsMs: readonly number[]; readonly untilGone?: string }
  /** `stop` only. */
  | StopOver;

const HOST = '127.0.0.1';
const LOOK_MS = 10;

const { kind, keepalive, seed } = programConfig<CrowdWatcherConfig>();
const { idleMs: idle, intervalMs: interval, probes } = keepalive;
const boundMs = idle + interval * probes;

const random = makeRandom(seed);
/** One collection takes longer than the bound now, while everything starts, and most of it when the machine has less to do. */
const ballast = kind === 'collection' ? new Ballast(1.5 * boundMs) : undefined;
const blocker = ballast ? new Blocker('timer', (ms) => ballast.collect(ms)) : new Blocker(kind as StallKind);
const blocked: Gap[] = [];
const reported: Gap[] = [];
const lostTime = new LostTime();
const ended: EndedSession[] = [];

/** Without what we did to ourselves, and what a busy machine did. A stop is known only when whoever stopped us has told. */
function withRunningTime(end: EndedSession): EndedSession {
  const within = { from: end.at - end.silenceMs, to: end.at };
  return { ...end, runningMs: end.silenceMs - lostMsWithin(mergeGaps([...blocked, ...lostTime.gaps]), within) };
}

const server = createServer({ keepalive: { idle, interval, probes }, resumeWindow: 0 });
server.on('session', (session) => noteEnd(session, ended, () => 0));
server.on('stall', ({ durationMs }) => reported.push({ from: sharedNow() - durationMs, to: sharedNow() }));
const naive = new NaiveWatcher(boundMs);

/** All but these have been heard since the last stall: the heartbeat goes its ordinary way again. */
async function recovered(butFor: string | undefined): Promise<void> {
  const since = blocked.at(-1)?.to ?? 0;
  const deadline = sharedNow() + 2 * boundMs;
  const others = [...server.sessions].filter((session) => nameOf(session) !== butFor);
  const isUnheard = (): boolean => others.some((session) => sharedNow() - (session.inspect().silenceMs ?? 0) < since);
  while (isUnheard() && sharedNow() < deadline) await sleep(LOOK_MS);
}

async function momentCame(moment: CrowdStall['moment']): Promise<void> {
  if (moment === 'any') return sleep(random() * 2 * idle);
  await sleep(idle / 2); // nobody was asked so lately that he would not be asked again yet
  for (const session of server.sessions) void session.verify().catch(() => {});
}

function countAwaited(): number {
  return [...server.sessions].filter((session) => session.inspect().missed > 0).length;
}

function isGone(name: string | undefined): boolean {
  return name !== undefined && ![...server.sessions].some((session) => nameOf(session) === name);
}

async function stall(
  moment: CrowdStall['moment'],
  lengthMs: number,
): Promise<Omit<CrowdStall, 'reported' | 'naiveKilled'>> {
  await momentCame(moment);
  const awaited = countAwaited();
  const gap = await blocker.block(lengthMs);
  blocked.push(gap);
  return { moment, lengthMs, awaited, ...gap };
}

const listener = createSocketServer((socket) => {
  server.attach(socket);
  naive.watch(socket);
});
listener.listen({ host: HOST, port: 0, backlog: 4_096 });
await once(listener, 'listening');
say<FromCrowdWatcher>({ type: 'listening', port: (listener.address() as AddressInfo).port });

for (;;) {
  const order = await heard<ToCrowdWatcher>();
  if (order.type !== 'stall') continue;
  const stalls: Awaited<ReturnType<typeof stall>>[] = [];
  for (const [index, lengthMs] of order.lengthsMs.entries()) {
    if (isGone(order.untilGone)) break;
    await recovered(order.untilGone);
    stalls.push(await stall(index % 2 === 0 ? 'any' : 'asked', lengthMs));
  }
  await sleep(boundMs); // what the last stall has led to comes to light
  say<FromCrowdWatcher>({
    type: 'report',
    stalls: stalls.map((gap) => ({
      ...gap,
      reported: reported.filter(({ from, to }) => from < gap.to && to >= gap.to).length,
      naiveKilled: naive.verdicts.filter((at) => at >= gap.from && at <= gap.to + boundMs).length,
    })),
    collectionMs: ballast?.longestMs,
    sessions: server.sessions.size,
    ended: ended.splice(0).map(withRunningTime),
  });
}
