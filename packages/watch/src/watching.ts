/** The watch of one stream: looks at its tap, drives the liveness machine, and says what they find. */

import type { Alarm, AlarmOwner, Belief, Clock, Instant, Logger, NamedEnd, Rtt, Verdict } from '@systole/core';
import { Liveness } from '@systole/core';
import { evidenceOf, rethrowLater } from '@systole/core/internal';
import type { WatchEvents } from './api.ts';
import { IdleStates } from './idle-states.ts';
import type { WatchConfig } from './options.ts';
import { Prober } from './prober.ts';
import type { Tap, TapListener } from './tap.ts';

/** What watchings are made of. */
export interface WatchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Whoever hears what is found. The last is `disconnect`. */
export interface WatchingOwner {
  handleEvent<Name extends keyof WatchEvents>(name: Name, payload: WatchEvents[Name]): void;
  handleProbe(epoch: number, number: number): void;
  handleProbeFailure(error: unknown, attempt: number | undefined): void;
}

/** An event that waits until the turn has written and armed. */
type Tiding =
  | { readonly name: 'suspect' | 'alive' | 'idle'; readonly payload: WatchEvents['suspect' | 'alive' | 'idle'] }
  | { readonly name: 'dead'; readonly verdict: Verdict };

/**
 * A watch looks so often in each idle, and in each interval while probes are out. Evidence is dated at the look before, so
 * that a PING may come early by one look, and a verdict never late.
 */
const LOOKS = 20;

/** L8 shortens idle by up to a tenth: one half of it is left to the looks, the other to chance. */
const JITTER_SHARE = 0.5;

/** See the head of the file. */
export class Watching implements AlarmOwner, TapListener {
  readonly #tap: Tap;
  readonly #epoch: number;
  readonly #config: WatchConfig;
  readonly #clock: Clock;
  readonly #owner: WatchingOwner;
  readonly #liveness: Liveness;
  readonly #idleStates: IdleStates;
  readonly #prober: Prober;
  readonly #alarm: Alarm;
  /** Only where answers are looked for among them. */
  readonly handleBytes: ((chunk: Uint8Array) => void) | undefined;
  #isOver = false;

  // What the last look has found.
  #lookedAt: Instant;
  #received: number;
  #written: number;
  /** What had come when the newest probe left: an answer needs more. */
  #receivedAtProbe = 0;
  #tidings: Tiding[] = [];

  constructor(tap: Tap, epoch: number, config: WatchConfig, { clock, random }: WatchParts, owner: WatchingOwner) {
    const { keepalive, writeTimeoutMs, pausedTimeoutMs } = config;
    const now = clock.now();
    this.#tap = tap;
    this.#epoch = epoch;
    this.#config = config;
    this.#clock = clock;
    this.#owner = owner;
    this.#liveness = new Liveness({ keepalive, writeTimeoutMs, pausedTimeoutMs, random: jitter(random) }, now);
    this.#idleStates = new IdleStates(config.idle, now);
    this.#prober = new Prober(config, {
      handleReply: (number) => this.#handleReply(number),
      handleFailure: (error, attempt) => this.#handleFailure(error, attempt),
    });
    if (this.#prober.readsBytes) this.handleBytes = (chunk) => this.#prober.handleBytes(chunk);
    this.#alarm = clock.alarm(this);
    tap.listen(this);
    this.#lookedAt = now;
    this.#received = tap.received;
    this.#written = tap.written;
    this.#turn();
  }

  get belief(): Belief {
    return this.#liveness.belief;
  }

  get rtt(): Rtt | undefined {
    return this.#liveness.rtt;
  }

  get silenceMs(): number {
    return this.#clock.now() - this.#liveness.evidenceAt;
  }

  get probesSent(): number {
    return this.#config.probe === undefined ? 0 : this.#liveness.probesSent;
  }

  get isPaused(): boolean {
    return this.#tap.isPaused;
  }

  get bytesIn(): number {
    return this.#tap.received;
  }

  get bytesOut(): number {
    return this.#tap.position;
  }

  /** Leaves the stream alone. Nothing is told any more. */
  stop(): void {
    this.#isOver = true;
    this.#alarm.clear();
    this.#tap.release();
  }

  /** Ends the watch, and tells why. */
  finish(end: NamedEnd): void {
    if (this.#isOver) return;
    const payload = this.#ending(end);
    this.stop();
    this.#owner.handleEvent('disconnect', payload);
  }

  // What the tap tells.

  handleEnd(end: NamedEnd): void {
    if (this.#isOver) return;
    this.#look(this.#clock.now());
    this.finish(end);
  }

  /** Whether it is over is looked at now: for whoever knows that it is, where its owner lets nobody hear of it. */
  lookForEnd(): void {
    const { end } = this.#tap;
    if (end !== undefined) this.handleEnd(end);
  }

  // What the clock tells.

  handleAlarm(now: Instant): void {
    if (!this.#isAt(now)) return;
    this.#liveness.handleWritten(this.#tap.written);
    this.#liveness.handleTimeout(now, this.#clock.lastStall);
    // If it was we who were late, what has come meanwhile is seen first (L5).
    if (now >= this.#idleStates.dueAt) this.#clock.afterPoll((then) => this.#handleIdle(then));
    this.#turn();
  }

  #handlePolled(now: Instant): void {
    if (!this.#isAt(now)) return;
    this.#liveness.handlePolled(now);
    this.#turn();
  }

  #handleIdle(now: Instant): void {
    if (!this.#isAt(now)) return;
    for (const idleness of this.#idleStates.take(now)) {
      this.#tidings.push({ name: 'idle', payload: { epoch: this.#epoch, ...idleness } });
    }
    this.#turn();
  }

  /** Looks; false if the stream is over, be it that nobody has told: some owners take all listeners off. */
  #isAt(now: Instant): boolean {
    if (this.#isOver) return false;
    this.#look(now);
    const { end } = this.#tap;
    if (end !== undefined) this.finish(end);
    return end === undefined;
  }

  /** What has come since the last look came at `dated` or later. */
  #look(now: Instant, dated: Instant = this.#lookedAt): void {
    const { received, written, isPaused } = this.#tap;
    if (received > this.#received) {
      if (!this.#config.strict) this.#liveness.handleEvidence(dated);
      this.#idleStates.handleActivity('reader', now);
    }
    if (written > this.#written) this.#idleStates.handleActivity('writer', now);
    if (isPaused) {
      this.#liveness.handlePaused(now);
      this.#idleStates.handleActivity('reader', now); // it is not the peer who is idle
    } else {
      this.#liveness.handleResumed(now);
    }
    this.#lookedAt = now;
    this.#received = received;
    this.#written = written;
  }

  // What the probe tells.

  /** An answer without a byte is none: whoever promises too early must not keep the dead alive (L2). */
  #handleReply(number: number | undefined): void {
    const now = this.#clock.now();
    if (this.#isOver || this.#tap.received <= this.#receivedAtProbe) return;
    this.#look(now, now);
    if (number !== undefined) this.#liveness.handlePong(number, now);
    if (this.#config.strict) this.#liveness.handleEvidence(now);
    this.#turn();
  }

  #handleFailure(error: unknown, attempt: number | undefined): void {
    if (!this.#isOver) this.#owner.handleProbeFailure(error, attempt);
  }

  // Write, then arm, then tell.

  #turn(): void {
    const until = this.#drain();
    if (this.#isOver) return; // the probe has stopped us, or ended the stream
    this.#alarm.set(Math.min(until, this.#nextLookAt, this.#idleStates.dueAt));
    this.#tell();
  }

  #drain(): Instant {
    while (!this.#isOver) {
      const output = this.#liveness.poll();
      switch (output.type) {
        case 'wait':
          return output.until ?? Number.POSITIVE_INFINITY;
        case 'ping':
          this.#probe(output.number);
          break;
        case 'confirm':
          this.#clock.afterPoll((now) => this.#handlePolled(now));
          break;
        case 'dead':
          this.#tidings.push({ name: 'dead', verdict: output.verdict });
          break;
        case 'suspect':
          this.#tidings.push({
            name: 'suspect',
            payload: { epoch: this.#epoch, silenceMs: output.silenceMs, probesSent: this.probesSent },
          });
          break;
        case 'alive':
          this.#tidings.push({ name: 'alive', payload: { epoch: this.#epoch, silenceMs: output.silenceMs } });
          break;
        default:
      }
    }
    return Number.POSITIVE_INFINITY;
  }

  /** A client library may write it later than now: then it does not wait for our kernel in our eyes, and is `silent` at worst. */
  #probe(number: number): void {
    this.#receivedAtProbe = this.#tap.received;
    this.#owner.handleProbe(this.#epoch, number);
    this.#prober.probe(this.#liveness.probesSent, number);
    if (this.#isOver) return;
    const isOurs = this.#config.probe !== undefined;
    this.#liveness.handlePingQueued(isOurs ? this.#tap.position : 0);
    this.#liveness.handleWritten(this.#tap.written);
  }

  get #nextLookAt(): Instant {
    const { keepalive } = this.#config;
    const isQuiet = this.#liveness.state === 'quiet';
    const watchedMs =
      keepalive === undefined ? Number.POSITIVE_INFINITY : isQuiet ? keepalive.idleMs : keepalive.intervalMs;
    return this.#lookedAt + Math.min(watchedMs, this.#idleStates.shortestMs) / LOOKS;
  }

  #tell(): void {
    const tidings = this.#tidings;
    this.#tidings = [];
    for (const tiding of tidings) {
      if (this.#isOver) return;
      if (tiding.name === 'dead') this.#die(tiding.verdict);
      else this.#owner.handleEvent(tiding.name, tiding.payload);
    }
  }

  /** Death is destroy, at once (L9). */
  #die(verdict: Verdict): void {
    const { destroy } = this.#config;
    const detail = this.isPaused ? 'the stream is not read by its owner' : undefined;
    const payload = this.#ending({ cause: verdict, detail });
    this.stop();
    if (destroy === true) this.#tap.destroy();
    else if (destroy !== false) callSafely(destroy);
    this.#owner.handleEvent('dead', { ...payload, cause: verdict });
    this.#owner.handleEvent('disconnect', payload);
  }

  #ending(end: NamedEnd): WatchEvents['disconnect'] {
    const { idleLimitsMs } = this.#config;
    const evidence = evidenceOf(end, {
      epoch: this.#epoch,
      phase: 'open',
      silenceMs: this.silenceMs,
      liveness: this.#liveness,
      stall: this.#clock.lastStall,
      now: this.#clock.now(),
      idleLimitsMs,
    });
    // Whether FIN was a goodbye is for the protocol of the stream to say.
    const hint = evidence.hint === 'crash' ? undefined : evidence.hint;
    return { epoch: this.#epoch, cause: end.cause, evidence: { ...evidence, probesSent: this.probesSent, hint } };
  }
}

/** The whole of it for the first wait, which is uniform in (0, idle]. */
function jitter(random: () => number): () => number {
  let share = 1;
  return () => {
    const drawn = random() * share;
    share = JITTER_SHARE;
    return drawn;
  };
}

/** An error of the user's code surfaces as an uncaught exception, without stopping ours. */
function callSafely(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    rethrowLater(error);
  }
}
