/** Leads a real liveness machine through a life made of random actions, and checks at each step what must hold in every life. */

import { expect } from 'vitest';
import type { LivenessConfig, LivenessOutput } from '../../src/machines/liveness.ts';
import { Liveness } from '../../src/machines/liveness.ts';
import { describe } from '../../src/rules/describe.ts';
import type { Keepalive } from '../../src/rules/keepalive.ts';
import type { Stall } from '../../src/words/clock.ts';

/** One thing that happens. `ms` are multiples of the interval, so that every action matters for every triple. */
export type Action =
  /** Time passes; every timer is on time, every poll phase follows at once. */
  | { readonly type: 'pass'; readonly intervals: number }
  /** Time comes to the next deadline. What the machine asks for then still waits for its poll phase. */
  | { readonly type: 'fire' }
  /** Poll phases pass, without finding anything. */
  | { readonly type: 'poll' }
  /** Our process does not run. It is told as a stall of the process, or met by our own timer only. */
  | { readonly type: 'stall'; readonly intervals: number; readonly isTold: boolean }
  /** The system sleeps; a monotonic clock may or may not go on. */
  | { readonly type: 'sleep'; readonly intervals: number }
  | { readonly type: 'evidence' }
  | { readonly type: 'pong'; readonly behind: number }
  /** Our own send queue grows, or shrinks. */
  | { readonly type: 'queue' | 'write'; readonly bytes: number }
  | { readonly type: 'pause' | 'resume' }
  /** A timer that nobody asked for, now or just before the deadline. */
  | { readonly type: 'early' };

const PING_BYTES = 4;

/** More timers than this at one instant, and time stands still. */
const MAX_TIMERS_AN_INSTANT = 3;

/** A life, from the first wait to the verdict. */
export class LivenessDriver {
  readonly liveness: Liveness;
  readonly keepalive: Keepalive;
  readonly #config: LivenessConfig;
  readonly #maxBoundMs: number;
  now = 0;
  /** When `dead` came. */
  deadAt: number | undefined;
  #until: number | undefined;
  #lastStall: Stall | undefined;
  #confirms = 0;
  #isPolling = false;
  #told: 'alive' | 'suspect' | 'dead' = 'alive';

  // The silence under way.
  #evidenceAt = 0;
  #isFirst = true;
  #firstDueAt: number | undefined;
  #probes = 0;
  /** Time in which we did not run. */
  #lostMs = 0;
  /** Whether anything but the triple may move the verdict. */
  #isPlain = true;
  #pausedAt: number | undefined;
  #pausedMs = 0;
  #pausedBeforeDueMs = 0;
  #heardInPause = false;

  // Our queue, and the PINGs in it.
  #position = 0;
  #written = 0;
  #isBlocked = false;
  #newest = { number: 0, at: 0, endsAt: 0, isAnswered: true };

  constructor(config: LivenessConfig & { readonly keepalive: Keepalive }) {
    this.#config = config;
    this.keepalive = config.keepalive;
    const { idleMs: idle, intervalMs: interval, probes } = config.keepalive;
    const { writeTimeoutMs: writeTimeout, pausedTimeoutMs: pausedTimeout } = config;
    this.#maxBoundMs =
      describe({ keepalive: { idle, interval, probes }, writeTimeout, pausedTimeout })?.maxBoundMs ?? 0;
    this.liveness = new Liveness(config, this.now);
    this.#drain();
  }

  /** Does one action, unless the peer is dead; then nothing may say anything any more. */
  act(action: Action): void {
    const { intervalMs } = this.keepalive;
    switch (action.type) {
      case 'pass':
        return this.#pass(this.now + action.intervals * intervalMs);
      case 'fire':
        this.#poll();
        return this.#fire(this.#until ?? this.now);
      case 'poll':
        return this.#poll();
      case 'stall':
        return this.#lose(action.intervals * intervalMs, action.isTold ? 'blocked' : undefined);
      case 'sleep':
        return this.#lose(action.intervals * intervalMs, 'slept');
      case 'evidence':
        return this.evidence();
      case 'pong':
        return this.#pong(this.#newest.number - action.behind);
      case 'queue':
        this.#isBlocked = true;
        this.#position += action.bytes;
        return;
      case 'write':
        this.#written = Math.min(this.#position, this.#written + action.bytes);
        this.#isBlocked = this.#written < this.#position;
        return;
      case 'pause':
        this.#pausedAt ??= this.now;
        this.#isPlain = false;
        this.liveness.handlePaused(this.now);
        return this.#drain();
      case 'resume':
        this.#endPause();
        this.liveness.handleResumed(this.now);
        return this.#drain();
      case 'early':
        if (this.#until !== undefined) this.now = Math.max(this.now, this.#until - 1e-3);
        return this.#fire(this.now);
    }
  }

  /** A byte comes (15): the peer lives, whatever we thought, unless it is dead already. */
  evidence(): void {
    this.liveness.handleEvidence(this.now);
    this.#drain();
    if (this.deadAt !== undefined) return;
    must(this.liveness.state === 'quiet', '15: one byte counts');
    must(this.#told === 'alive', '25: alive again after suspect');
    this.#isFirst &&= this.#firstDueAt === undefined;
    this.#evidenceAt = this.now;
    this.#firstDueAt = undefined;
    this.#probes = 0;
    this.#lostMs = 0;
    this.#pausedMs = 0;
    this.#pausedBeforeDueMs = 0;
    this.#heardInPause = this.#pausedAt !== undefined;
    this.#isPlain = this.#pausedAt === undefined && this.#newest.endsAt <= this.#written;
  }

  /** Nothing comes any more: the peer must be dead within the bound (23). */
  silence(): void {
    this.#silence(this.#maxBoundMs / 10, () => {});
  }

  /** The same, while our full queue gets rid of a byte now and then. */
  silenceWhileQueueCreeps(): void {
    this.act({ type: 'queue', bytes: 1_000_000 });
    this.#silence(this.keepalive.intervalMs / 2, () => this.act({ type: 'write', bytes: 1 }));
  }

  #silence(stepMs: number, meanwhile: () => void): void {
    const end = this.now + 2 * (this.#maxBoundMs + this.#lostMs);
    while (this.deadAt === undefined) {
      must(this.now < end, '23: a silent peer dies');
      meanwhile();
      this.#pass(this.now + stepMs);
    }
  }

  #pass(target: number): void {
    this.#poll();
    for (let timers = 0; this.#until !== undefined && this.#until <= target; ) {
      timers = this.#until > this.now ? 0 : timers + 1;
      must(timers < MAX_TIMERS_AN_INSTANT, '11: time goes on');
      this.#fire(this.#until);
      this.#poll();
    }
    this.now = Math.max(this.now, target);
  }

  #fire(at: number): void {
    this.now = Math.max(this.now, at);
    const isEarly = this.#until !== undefined && this.now < this.#until && this.#lastStall?.kind !== 'slept';
    if (isEarly) return this.#changesNothing(() => this.#timeout());
    this.#timeout();
    this.#drain();
    // 13: the same instant again is nothing new, unless the machine itself asks for it.
    if (this.#until === undefined || this.#until > this.now) this.#changesNothing(() => this.#timeout());
  }

  #timeout(): void {
    const wasQuiet = this.liveness.state === 'quiet';
    const isDue = this.#until !== undefined && this.now >= this.#until;
    if (this.#newest.endsAt > this.#written) this.#isPlain = false;
    this.liveness.handleWritten(this.#written);
    this.liveness.handleTimeout(this.now, this.#lastStall);
    if (!wasQuiet || this.liveness.state === 'quiet') return;
    // Due when the wait was over, or earlier after a sleep.
    this.#firstDueAt = Math.min(this.#until ?? this.now, this.now);
    this.#pausedBeforeDueMs = this.#frozenMs();
    const idleMs = this.#firstDueAt - this.#evidenceAt;
    if (isDue && !this.#isFirst && this.#isPlain) {
      expect(idleMs, '2: idle is shortened by 10 % at most').toBeGreaterThanOrEqual(0.899_999 * this.keepalive.idleMs);
    }
    if (this.#isPlain) expect(idleMs).toBeLessThanOrEqual(1.000_001 * this.keepalive.idleMs);
  }

  #poll(): void {
    for (; this.#confirms > 0; this.#confirms -= 1) {
      this.#isPolling = this.#confirms === 1;
      this.liveness.handlePolled(this.now);
      this.#drain();
      this.#isPolling = false;
    }
  }

  #lose(ms: number, kind: Stall['kind'] | undefined): void {
    this.#poll();
    this.now += ms;
    this.#lostMs += ms;
    this.#isPlain = false;
    if (kind !== undefined) this.#lastStall = { kind, endedAt: this.now, durationMs: ms };
    this.#timeout();
    this.#drain();
  }

  #endPause(): void {
    this.#pausedMs = this.#frozenMs();
    this.#pausedAt = undefined;
  }

  /** For how long this silence has been frozen. All its pauses share one limit. */
  #frozenMs(): number {
    const pauseMs = this.#pausedAt === undefined ? 0 : this.now - Math.max(this.#pausedAt, this.#evidenceAt);
    return Math.min(this.#pausedMs + pauseMs, this.#config.pausedTimeoutMs);
  }

  #pong(number: number): void {
    const { rtt, strayPongs } = this.liveness;
    this.liveness.handlePong(number, this.now);
    // 9: samples come from exact and first matches only, and are never negative.
    if (number === this.#newest.number && !this.#newest.isAnswered) {
      this.#newest.isAnswered = true;
      expect(this.liveness.rtt?.latestMs).toBe(this.now - this.#newest.at);
    } else {
      expect(this.liveness.rtt).toEqual(rtt);
      expect(this.liveness.strayPongs).toBe(strayPongs + 1);
    }
    this.#changesNothing(() => {});
  }

  #changesNothing(call: () => void): void {
    call();
    const outputs = this.#take();
    const [first] = outputs;
    if (first?.type !== 'wait' || first.until !== this.#until)
      expect(outputs).toEqual([{ type: 'wait', until: this.#until }]);
  }

  #take(): LivenessOutput[] {
    const outputs: LivenessOutput[] = [];
    for (;;) {
      const output = this.liveness.poll();
      outputs.push(output);
      if (output.type === 'ping') this.#queuePing(output.number);
      if (output.type === 'wait') return outputs;
    }
  }

  #drain(): void {
    for (const output of this.#take()) this.#check(output);
  }

  #queuePing(number: number): void {
    must(this.#newest.endsAt <= this.#written, '7: at most one PING waits unwritten');
    must(number === this.#newest.number + 1, 'PINGs are numbered one by one');
    this.#position += PING_BYTES;
    this.#newest = { number, at: this.now, endsAt: this.#position, isAnswered: false };
    if (!this.#isBlocked) this.#written = this.#position;
    this.liveness.handlePingQueued(this.#position);
    this.#probes += 1;
    must(this.#probes <= 2 * this.keepalive.probes, 'a silence has 2 x probes PINGs at most');
  }

  #check(output: LivenessOutput): void {
    if (this.deadAt !== undefined)
      must(output.type === 'wait' && output.until === undefined, '3: dead is the last word');
    switch (output.type) {
      case 'confirm':
        this.#confirms += 1;
        must(!this.#isFrozen(), '5: a pause freezes');
        return;
      case 'suspect':
        expect(this.#told, '6').toBe('alive');
        expect(output.silenceMs).toBe(this.now - this.#evidenceAt);
        this.#told = 'suspect';
        return this.#checkDecision(1);
      case 'alive':
        expect(this.#told, '6').toBe('suspect');
        expect(output.silenceMs).toBe(this.now - this.#evidenceAt);
        this.#told = 'alive';
        return;
      case 'dead':
        expect(this.#told, '6').toBe('suspect');
        this.#told = 'dead';
        this.deadAt = this.now;
        return this.#checkVerdict();
      case 'wait':
        return this.#checkWait(output.until);
      case 'ping':
    }
  }

  #checkDecision(intervals: number): void {
    expect(this.#isPolling, '4: only after a poll phase').toBe(true);
    const dueAt = (this.#firstDueAt ?? Number.NaN) + this.keepalive.intervalMs * intervals;
    // 5: a pause moves it. How far is left open where a byte came in a pause, as that pause had begun before this silence.
    const pausedMs = this.#heardInPause ? 0 : this.#frozenMs() - this.#pausedBeforeDueMs;
    // 1 and 2: never before its time. 16: sending moves nothing, so it is exact.
    expect(this.now).toBeGreaterThanOrEqual((dueAt + pausedMs) * (1 - 1e-12));
    if (this.#isPlain) expect(this.now).toBe(dueAt);
  }

  #checkVerdict(): void {
    this.#checkDecision(this.keepalive.probes);
    if (this.#isPlain) expect(this.liveness.probesSent).toBe(this.keepalive.probes);
    // 23 and 24: all extensions together are bounded; time in which we did not run comes on top.
    const slackMs = 1e-6 * this.now;
    expect(this.now - this.#evidenceAt).toBeLessThanOrEqual(this.#maxBoundMs + this.#lostMs + slackMs);
  }

  #checkWait(until: number | undefined): void {
    this.#until = until;
    // 11: no deadline only while a poll phase is awaited, and after the end.
    const { state } = this.liveness;
    const isConfirming = state === 'doubting' || state === 'judging';
    must(
      (until === undefined) === (isConfirming || state === 'dead'),
      '11: a deadline, if time is to change something',
    );
    must(until === undefined || until < Number.POSITIVE_INFINITY, '11: a finite deadline');
    must(!isConfirming || this.#confirms > 0, '11: a poll phase is asked for');
  }

  #isFrozen(): boolean {
    // A byte in a pause does not lengthen that pause's freeze.
    if (this.#pausedAt === undefined || this.#heardInPause) return false;
    return this.#frozenMs() < this.#config.pausedTimeoutMs * 0.999_999;
  }
}

/** What expect() is too slow for. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`);
}
