/** Detectors that wait for heartbeats which the peer sends by itself: all of them watch the same ones. */

import type { Instant } from '@systole/core';
import { Channel } from './channel.ts';
import { Ledger } from './ledger.ts';
import type { Observed, Setting } from './setting.ts';
import { DAY_MS } from './setting.ts';

/** When does it begin to suspect? */
export interface Detector {
  /** A heartbeat was read. Returns when suspicion begins if no other one is. */
  handleHeartbeat(now: Instant): Instant;
}

/** A crash is supposed in one of so many intervals; in all, it would cost more than it tells. */
const CRASH_EACH = 50;

/** One detector, and what becomes of it. */
interface Seat {
  readonly detector: Detector;
  readonly ledger: Ledger;
  readonly detectionMs: number[];
  expiresAt: Instant;
}

/** Runs them all over the days of a setting, with a heartbeat each `etaMs`. */
export function watchHeartbeats(setting: Setting, etaMs: number, detectors: readonly Detector[]): Observed[] {
  const { days, watcher, peer, path } = setting;
  const random = setting.streamOf(`crashes, ${etaMs}`);
  const channel = new Channel(path, 'back', setting.streamOf(`heartbeats, ${etaMs}`));
  const seats = detectors.map(
    (detector): Seat => ({
      detector,
      ledger: new Ledger(days, DAY_MS),
      detectionMs: [],
      expiresAt: Number.POSITIVE_INFINITY,
    }),
  );
  for (let index = 0; index * etaMs < days * DAY_MS; index += 1) {
    const sentAt = peer.runsAt(index * etaMs);
    const readAt = watcher.runsAt(channel.send(sentAt));
    const crashAt = !setting.stalls && index % CRASH_EACH === 0 ? sentAt + random() * etaMs : undefined;
    for (const seat of seats) beat(setting, seat, readAt, crashAt);
  }
  return seats.map(({ ledger, detectionMs }) => ({ ledger, detectionMs, suspicions: 0 }));
}

function beat({ watcher }: Setting, seat: Seat, readAt: Instant, crashAt: Instant | undefined): void {
  // A timer that is late has its say before the bytes are read that wait: in Node it does, unless it was a timer that stalled.
  if (seat.expiresAt < readAt) seat.ledger.suspect(watcher.runsAt(seat.expiresAt));
  seat.ledger.trust(readAt);
  seat.expiresAt = seat.detector.handleHeartbeat(readAt);
  // If the peer crashes behind this heartbeat, it was the last.
  if (crashAt !== undefined) seat.detectionMs.push(Math.max(0, watcher.runsAt(seat.expiresAt) - crashAt));
}
