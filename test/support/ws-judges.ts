/**
 * Program: two WebSocket servers, of which one detects broken connections by the recipe of the README of `ws`, and the other by
 * our watch, while the loop of both is blocked again and again.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Keepalive } from '@systole/core';
import { WATCH_CHANNELS } from '@systole/watch';
import { watchWebSocket } from '@systole/watch/ws';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { Blocker } from './blocking.ts';
import { heard, programConfig, say } from './program.ts';
import { useRecipe } from './ws-recipe.ts';

/** What it is started with. */
export interface WsJudgesConfig {
  /** Of the recipe, which finds the dead after one interval to two. */
  readonly sweepMs: number;
  /** Of our watch. */
  readonly keepalive: Keepalive;
  /** Longer than either takes to judge. */
  readonly stallMs: number;
}

/** Who judges. */
type Judge = 'recipe' | 'watch';

/** What has become of a crowd. */
export interface Ended {
  readonly type: 'ended';
  /** How many of its connections have ended at each server, whose judge is the only one who ends any. */
  readonly counts: Readonly<Record<Judge, number>>;
  /** Told by our watch. */
  readonly causes: readonly string[];
}

/** What it says. */
export type FromWsJudges =
  | { readonly type: 'listening'; readonly ports: Readonly<Record<Judge, number>> }
  | { readonly type: 'done' }
  | Ended;

/** What it does. */
export type ToWsJudges =
  /** Blocks the loop once while the recipe's pings are on their way, and once while ours are. Then it is `done`. */
  | { readonly type: 'stall' }
  /** Waits until so many of this crowd have ended at each server. Then it is `done`. */
  | { readonly type: 'await'; readonly crowd: string; readonly count: number }
  | { readonly type: 'tell'; readonly crowd: string };

const { sweepMs, keepalive, stallMs } = programConfig<WsJudgesConfig>();
const { idleMs: idle, intervalMs: interval, probes } = keepalive;

/** Names of crowds, one for each connection that has ended. */
const ended: Readonly<Record<Judge, string[]>> = { recipe: [], watch: [] };
const causes: { readonly crowd: string; readonly cause: string }[] = [];
let onEnded = (): void => {};

async function serve(judge: Judge): Promise<WebSocketServer> {
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  wss.on('connection', (ws: WebSocket, request) => {
    const crowd = (request.url ?? '').slice(1);
    ws.on('close', () => {
      ended[judge].push(crowd);
      onEnded();
    });
    if (judge === 'recipe') return;
    const watch = watchWebSocket(ws, request, { keepalive: { idle, interval, probes } });
    watch.on('disconnect', ({ cause }) => causes.push({ crowd, cause }));
  });
  await once(wss, 'listening');
  return wss;
}

function portOf(wss: WebSocketServer): number {
  return (wss.address() as AddressInfo).port;
}

function countOf(crowd: string, judge: Judge): number {
  return ended[judge].filter((name) => name === crowd).length;
}

const servers = { recipe: await serve('recipe'), watch: await serve('watch') };
useRecipe(servers.recipe, sweepMs);

/** The recipe has just sent its pings. A timer of the same length that is set right after it runs right after it. */
let onSwept = (): void => {};
setInterval(() => onSwept(), sweepMs);

function swept(): Promise<void> {
  return new Promise((resolve) => {
    onSwept = resolve;
  });
}

/** Our watch has just sent a ping. */
function probed(): Promise<void> {
  return new Promise((resolve) => {
    const hear = (): void => {
      unsubscribe(WATCH_CHANNELS.probe, hear);
      resolve();
    };
    subscribe(WATCH_CHANNELS.probe, hear);
  });
}

const blocker = new Blocker('immediate');

say<FromWsJudges>({ type: 'listening', ports: { recipe: portOf(servers.recipe), watch: portOf(servers.watch) } });

async function stall(): Promise<void> {
  for (const pinged of [swept, probed]) {
    await pinged();
    await blocker.block(stallMs);
    await new Promise((resolve) => setTimeout(resolve, 2 * interval)); // for what it leads to
  }
}

async function awaitEnds(crowd: string, count: number): Promise<void> {
  while (Math.min(countOf(crowd, 'recipe'), countOf(crowd, 'watch')) < count) {
    await new Promise<void>((resolve) => {
      onEnded = resolve;
    });
  }
}

for (;;) {
  const order = await heard<ToWsJudges>();
  if (order.type === 'tell') {
    const { crowd } = order;
    say<FromWsJudges>({
      type: 'ended',
      counts: { recipe: countOf(crowd, 'recipe'), watch: countOf(crowd, 'watch') },
      causes: causes.filter((one) => one.crowd === crowd).map(({ cause }) => cause),
    });
  } else {
    if (order.type === 'stall') await stall();
    else await awaitEnds(order.crowd, order.count);
    say<FromWsJudges>({ type: 'done' });
  }
}
