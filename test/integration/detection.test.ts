// How soon peers are found dead that freeze all at once: the promise of L3, on real sockets and real processes.

import { MIN_STALL_MS } from '@systole/core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DetectionWatcherConfig, FromDetectionWatcher, ToDetectionWatcher } from '../support/detection-watcher.ts';
import type { FromPeers, PeersConfig, ToPeers, Way } from '../support/peers.ts';
import { Program, sharedNow } from '../support/program.ts';

const CONNECTIONS = 100;
const KEEPALIVE = { idleMs: 500, intervalMs: 250, probes: 3 };
const BOUND_MS = 1_250;
/** Idle is shortened by at most a tenth (L8). */
const EARLIEST_MS = 1_200;
const LATEST_MS = BOUND_MS + 100;

type Report = Extract<FromDetectionWatcher, { readonly type: 'report' }>;

describe('100 peers that speak at one instant and are then frozen by SIGSTOP, while idle', () => {
  let report: Report;
  let spokeAt: number;
  let frozenAt: number;

  beforeAll(async () => {
    const config: DetectionWatcherConfig = { keepalive: KEEPALIVE, connections: CONNECTIONS };
    await using watcher = new Program<FromDetectionWatcher, ToDetectionWatcher>('detection-watcher', config);
    const { port } = await watcher.next('listening');
    const ways = Array<Way>(CONNECTIONS).fill('direct');
    const peersConfig: PeersConfig = { ways, minPingIntervalMs: KEEPALIVE.intervalMs };
    await using peers = new Program<FromPeers, ToPeers>('peers', peersConfig);
    peers.send({ type: 'connect', port });
    await peers.next('connected');
    watcher.send({ type: 'connected' });
    await watcher.next('beating');
    spokeAt = sharedNow();
    peers.send({ type: 'speak' });
    await peers.next('spoken');
    peers.freeze();
    frozenAt = sharedNow();
    report = await watcher.next('report');
  });

  /** A watcher whom the machine did not let run is late by that, and by an excuse if it was a stall (L5). None on a fit machine. */
  function spareMs({ lostMs }: Report): number {
    return lostMs < MIN_STALL_MS ? lostMs : lostMs + KEEPALIVE.intervalMs;
  }

  it('L3: all 100 are judged silent', () => {
    expect(report.ends.map(({ cause }) => cause)).toEqual(Array(CONNECTIONS).fill('silent'));
  });

  it('L3: none earlier than 0.9 x 500 + 3 x 250 ms after its last byte, none later than 100 ms after its bound of 1,250 ms', () => {
    const times = report.ends.map(({ silenceMs }) => silenceMs);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(EARLIEST_MS);
    expect(Math.max(...times)).toBeLessThanOrEqual(LATEST_MS + spareMs(report));
  });

  it('L3: an eye on another clock sees the same: none 1,200 ms after they spoke, all 1,350 ms after they froze', () => {
    const times = report.ends.map(({ at }) => at);
    expect(Math.min(...times) - spokeAt).toBeGreaterThanOrEqual(EARLIEST_MS);
    expect(Math.max(...times) - frozenAt).toBeLessThanOrEqual(LATEST_MS + spareMs(report));
  });

  it('L6: each of the 100 tells suspect, dead, disconnect and end, once and in this order', () => {
    expect(report.events).toEqual(['suspect dead disconnect end']);
  });
});
