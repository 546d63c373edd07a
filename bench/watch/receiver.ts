/** Program: reads what comes on its sockets, in turns bare and with each of them watched, and tells what each turn has cost. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeepaliveOptions } from '@systole/core';
import type { Watch } from '@systole/watch';
import { watch } from '@systole/watch';
import { LOOPBACK } from '../rivals/rival.ts';
import '../support/ballast.ts';
import { usedMs } from '../support/lost-time.ts';
import { heard, programConfig, say, sharedNow } from '../support/program.ts';
import type { Contender } from './contenders.ts';
import type { Load } from './load.ts';
import { CHUNKS, isPong, NEXT, PING, PONG } from './small-talk.ts';

/** From `ready` until the last byte has come. */
export interface Taken {
  readonly cpuMs: number;
  /** In so many chunks. */
  readonly chunks: number;
  /** Watches that did not last, or have counted other bytes than came. */
  readonly lost: number;
}

/** Since it was started. */
export interface Tally {
  /** On the clock that all processes share. */
  readonly at: number;
  readonly cpuMs: number;
  readonly probes: number;
  /** Of the watches that there are. */
  readonly lost: number;
}

/** What it says. */
export type FromReceiver =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'accepted' }
  /** What comes from now on is measured. */
  | { readonly type: 'ready' }
  | ({ readonly type: 'taken' } & Taken)
  | ({ readonly type: 'tally' } & Tally);

/** What it does. */
export type ToReceiver =
  /** Waits until it has so many sockets, and watches each if it shall. */
  | { readonly type: 'accept'; readonly connections: number; readonly isWatched: boolean }
  /** Takes a load, with its sockets watched or bare. */
  | { readonly type: 'take'; readonly load: Load; readonly isWatched: boolean }
  | { readonly type: 'tally' };

/** Of the clock. Turns begin anywhere in it, so that whoever looks at each tick has his share of looks in them. */
const TICK_MS = 10;

const { keepalive, readsReplies = false, looksInTurns = false } = programConfig<Contender>();
const sockets: Socket[] = [];
/** One for each socket of the turn; none while they are bare. */
let watches: readonly Watch[] = [];
let [bytes, chunks, probes] = [0, 0, 0];
/** All that has come is payload up to here, and an answer for each probe. */
let due = 0;
/** The payload with which the beat under way ends. */
let beatEndsAt = Number.POSITIVE_INFINITY;
let beatBytes = 0;
let wake = (): void => {};

function handleChunk(chunk: Buffer): void {
  chunks += 1;
  bytes += chunk.length;
  const payload = bytes - probes * PONG.length;
  if (payload >= beatEndsAt) {
    beatEndsAt += beatBytes;
    sockets[0]?.write(NEXT);
  }
  if (payload >= due) wake();
}

/** The first wait is a whole idle: nothing is probed in a turn, as something comes all the time. */
function watchOver(socket: Socket, triple: KeepaliveOptions): Watch {
  const probe = (): void => {
    probes += 1;
    socket.write(PING);
  };
  const reply = readsReplies ? { reply: { framer: CHUNKS, matches: isPong } } : {};
  return watch(socket, { keepalive: triple, probe, random: () => 0, ...reply });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** Every probe is answered, and every byte is here. */
const isComplete = (): boolean => bytes === due + probes * PONG.length;

/** Watches so many sockets from now on, or none. */
function watchFirst(connections: number): void {
  if (keepalive === undefined || watches.length === connections) return;
  for (const one of watches) one.stop();
  watches = sockets.slice(0, connections).map((socket) => watchOver(socket, keepalive));
}

async function take(load: Load, isWatched: boolean): Promise<Taken> {
  watchFirst(isWatched ? load.connections : 0);
  if (looksInTurns) await sleep(Math.random() * TICK_MS);
  await until(isComplete);
  const before = sockets.map(({ bytesRead }) => bytesRead);
  beatBytes = load.connections * load.bytes;
  beatEndsAt = due + beatBytes;
  due += load.beats * beatBytes;
  const [chunksBefore, usedBefore] = [chunks, usedMs()];
  say<FromReceiver>({ type: 'ready' });
  await until(isComplete);
  const cpuMs = usedMs() - usedBefore;
  beatEndsAt = Number.POSITIVE_INFINITY;
  const lost = watches.filter((one, index) => !hasSeen(one, (before[index] ?? 0) + load.beats * load.bytes)).length;
  return { cpuMs, chunks: chunks - chunksBefore, lost };
}

/** Whether it believes in its peer, and has counted all of that; more, if probes were answered. */
function hasSeen(one: Watch, expected: number): boolean {
  const { belief, bytesIn } = one.inspect();
  return belief === 'alive' && bytesIn >= expected;
}

function tally(): Tally {
  const lost = watches.filter((one) => one.inspect().belief !== 'alive').length;
  return { at: sharedNow(), cpuMs: usedMs(), probes, lost };
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', handleChunk);
  sockets.push(socket);
  wake();
});
server.listen({ host: LOOPBACK, port: 0, backlog: 1_024 });
await once(server, 'listening');
say<FromReceiver>({ type: 'listening', port: (server.address() as AddressInfo).port });
for (;;) {
  const order = await heard<ToReceiver>();
  switch (order.type) {
    case 'accept':
      await until(() => sockets.length >= order.connections);
      if (order.isWatched) watchFirst(order.connections);
      say<FromReceiver>({ type: 'accepted' });
      break;
    case 'take':
      say<FromReceiver>({ type: 'taken', ...(await take(order.load, order.isWatched)) });
      break;
    case 'tally':
      say<FromReceiver>({ type: 'tally', ...tally() });
  }
}
