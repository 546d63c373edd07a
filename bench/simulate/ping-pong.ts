/** Our detector at work: the real liveness machine in virtual time, whose PINGs and PONGs travel over two channels. */

import type { Instant, Keepalive } from '@systole/core';
import { Liveness } from '@systole/core';
import { Channel } from './channel.ts';
import { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import type { Observed, Setting } from './setting.ts';
import { DAY_MS } from './setting.ts';

/** Neither limit is ever reached here: nothing stands in the queue, nobody pauses. */
const LIMITS = { writeTimeoutMs: 60_000, pausedTimeoutMs: 60_000 };

/** A client dials again after 1, 2, 4 ... 30 s. */
const FIRST_DIAL_MS = 1_000;
const LAST_DIAL_MS = 30_000;

/** Crashes whose detection is timed. */
const CRASHES = 2_000;

/** One connection, from its handshake to the verdict. */
class Life {
  readonly #setting: Setting;
  readonly #liveness: Liveness;
  readonly #there: Channel;
  readonly #back: Channel;
  readonly #crashAt: Instant;
  /** PONGs on their way, and when they can be read. */
  readonly #pongs: { at: Instant; number: number }[] = [];
  #answeredAt: Instant = Number.NEGATIVE_INFINITY;
  #deadline: Instant = 0;
  #confirms = false;
  /** Suspicions that were taken back. */
  suspicions = 0;

  constructor(setting: Setting, keepalive: Keepalive, random: Random, startsAt: Instant, crashAt: Instant) {
    this.#setting = setting;
    this.#crashAt = crashAt;
    this.#there = new Channel(setting.path, 'there', random);
    this.#back = new Channel(setting.path, 'back', random);
    this.#liveness = new Liveness({ ...LIMITS, keepalive, random }, startsAt);
    this.#drain(startsAt);
  }

  /** When the verdict falls, if it does before `until`. */
  run(until: Instant): Instant | undefined {
    const { watcher } = this.#setting;
    for (;;) {
      const now = watcher.runsAt(Math.min(this.#deadline, this.#pongs[0]?.at ?? Number.POSITIVE_INFINITY));
      if (now >= until) return undefined;
      this.#turn(now);
      if (this.#liveness.state === 'dead') return now;
    }
  }

  /** One turn of the event loop: timers, then all bytes that wait, then what was to happen after that. */
  #turn(now: Instant): void {
    if (this.#deadline <= now) {
      this.#liveness.handleTimeout(now, this.#setting.watcher.lastStall(now));
      this.#drain(now);
    }
    for (let pong = this.#pongs[0]; pong !== undefined && pong.at <= now; pong = this.#pongs[0]) {
      this.#pongs.shift();
      this.#liveness.handleEvidence(now);
      this.#liveness.handlePong(pong.number, now);
      this.#drain(now);
    }
    if (!this.#confirms) return;
    this.#confirms = false;
    this.#liveness.handlePolled(now);
    this.#drain(now);
  }

  #drain(now: Instant): void {
    for (;;) {
      const output = this.#liveness.poll();
      if (output.type === 'ping') this.#ping(output.number, now);
      else if (output.type === 'confirm') this.#confirms = true;
      else if (output.type === 'alive') this.suspicions += 1;
      else if (output.type === 'wait') {
        this.#deadline = output.until ?? Number.POSITIVE_INFINITY;
        return;
      }
    }
  }

  #ping(number: number, now: Instant): void {
    this.#liveness.handlePingQueued(0); // it has left at once
    const answeredAt = this.#setting.peer.runsAt(this.#there.send(now));
    if (answeredAt >= this.#crashAt) return;
    const newest = this.#pongs.at(-1);
    // PINGs that come together have one PONG (L7).
    if (newest !== undefined && answeredAt === this.#answeredAt) newest.number = number;
    else this.#pongs.push({ at: this.#back.send(answeredAt), number });
    this.#answeredAt = answeredAt;
  }
}

/**
 * Runs our detector over the days of a setting. A mistake is a verdict while the peer lives; it lasts until the client has
 * dialled again, from where a new machine watches a new connection.
 */
export function watchByPingPong(setting: Setting, keepalive: Keepalive): Observed {
  const { days, path } = setting;
  const { idleMs, intervalMs, probes } = keepalive;
  const random = setting.streamOf(`ping-pong, ${idleMs} ${intervalMs} ${probes}`);
  const ledger = new Ledger(days, DAY_MS);
  let suspicions = 0;
  for (let startsAt: Instant | undefined = 0; startsAt !== undefined; ) {
    const life: Life = new Life(setting, keepalive, random, startsAt, Number.POSITIVE_INFINITY);
    const deadAt: Instant | undefined = life.run(days * DAY_MS);
    suspicions += life.suspicions;
    startsAt = undefined;
    if (deadAt === undefined) break;
    startsAt = redial(deadAt, (at) => path.isDown(at));
    ledger.suspect(deadAt);
    ledger.trust(startsAt);
  }
  return { ledger, suspicions, detectionMs: setting.stalls ? [] : timeDetection(setting, keepalive) };
}

function redial(deadAt: Instant, isDown: (at: Instant) => boolean): Instant {
  let at = deadAt + FIRST_DIAL_MS;
  for (let pauseMs = FIRST_DIAL_MS; isDown(at); at += pauseMs) pauseMs = Math.min(2 * pauseMs, LAST_DIAL_MS);
  return at;
}

/** T_D: the peer crashes at any point of some beat behind the first one. The crashes are spread over the days of the setting. */
function timeDetection(setting: Setting, keepalive: Keepalive): number[] {
  const { idleMs, intervalMs, probes } = keepalive;
  const random = setting.streamOf(`crashes, ${idleMs} ${intervalMs} ${probes}`);
  const detectionMs: number[] = [];
  for (let crash = 0; crash < CRASHES; crash += 1) {
    const startsAt = ((crash + random()) / CRASHES) * setting.days * DAY_MS;
    const crashAt = startsAt + (2 + 2 * random()) * idleMs;
    const deadAt = new Life(setting, keepalive, random, startsAt, crashAt).run(Number.POSITIVE_INFINITY) ?? crashAt;
    if (deadAt >= crashAt) detectionMs.push(deadAt - crashAt); // else it was a mistake
  }
  return detectionMs;
}
