/** Is the peer alive? The state machine of the heartbeat: rules L2 to L8 of docs/LIVENESS.md, in which its table stands. */

import { drawFirstIdle, drawIdle } from '../rules/idle-draw.ts';
import type { Keepalive } from '../rules/keepalive.ts';
import type { Instant, Stall } from '../words/clock.ts';
import { MIN_STALL_MS } from '../words/clock.ts';
import { LivenessNumbers, NEVER } from './liveness-numbers.ts';
import { Pause } from './pause.ts';

/**
 * - `quiet`: no probe is out; evidence is younger than idle.
 * - `probing`: probes are out, the first for less than an interval.
 * - `doubting`: suspicion is due; one poll phase decides.
 * - `suspect`: the first probe went unanswered for an interval.
 * - `judging`: the verdict is due; one poll phase decides.
 * - `dead`: final.
 */
export type LivenessState = 'quiet' | 'probing' | 'doubting' | 'suspect' | 'judging' | 'dead';

/** What the peer is believed to be. */
export type Belief = 'alive' | 'suspect' | 'dead';

/** Causes of our own verdicts, as far as this machine reaches them. */
export type LivenessVerdict = 'silent' | 'write-stalled';

/** What the machine wants done, in this order. A drain ends with exactly one `wait`. */
export type LivenessOutput =
  /** Queue a PING with this number, then tell {@link Liveness.handlePingQueued} where it ends. */
  | { readonly type: 'ping'; readonly number: number }
  /** Let one poll phase pass, then call {@link Liveness.handlePolled}. */
  | { readonly type: 'confirm' }
  | { readonly type: 'suspect'; readonly silenceMs: number; readonly probesSent: number }
  /** Alive again after `suspect`; `silenceMs` is how long nothing came. */
  | { readonly type: 'alive'; readonly silenceMs: number }
  | { readonly type: 'dead'; readonly verdict: LivenessVerdict }
  /** Call {@link Liveness.handleTimeout} then; undefined if no time will change anything. */
  | { readonly type: 'wait'; readonly until: Instant | undefined };

/** What a {@link Liveness} is made of. */
export interface LivenessConfig {
  /** The triple, as negotiated; undefined to judge nobody. */
  readonly keepalive: Keepalive | undefined;
  /** How long a queue that moves may put a verdict off (L4). */
  readonly writeTimeoutMs: number;
  /** How long our own pause may put a verdict off (L5). */
  readonly pausedTimeoutMs: number;
  /** Uniform in [0, 1); for the jitter of idle (L8). */
  readonly random: () => number;
}

/** Where a PING ends that is not queued yet. */
const UNKNOWN = -1;

/**
 * One end's judgement of the other, for one connection. No I/O, no timers, no clock: time comes in with each call and must
 * not go backwards (if it does, it is held). After every `handle...` call {@link poll} until it says `wait`.
 */
export class Liveness extends LivenessNumbers {
  readonly #config: LivenessConfig;
  #state: LivenessState = 'quiet';
  #suspected = false;
  /** A PING is the first output. Most drains have no other, and so no list. */
  #pingWanted = false;
  #outputs: LivenessOutput[] | undefined;
  #confirmsOut = 0;
  /** Made when we first stop reading. */
  #pause: Pause | undefined;

  // The silence under way; more of it in the numbers. Meaningful from `probing` on.
  #probesDue = 0;
  #probesSent = 0;
  #extended = false;

  // The newest PING. Positions are counts of bytes since the connection began.
  #pingNumber = 0;
  /** {@link UNKNOWN} while the PING is not queued. */
  #pingEndsAt = 0;
  #writtenTo = 0;
  // What the last look at the queue found (L4).
  #writtenToAtCheck = 0;
  #pingWaitedAtCheck = false;

  #strayPongs = 0;

  /** Starts with the peer alive. The first wait is uniform in (0, idle], so that clients that came back together do not probe together (L8). */
  constructor(config: LivenessConfig, now: Instant) {
    super();
    this.#config = config;
    this.evidenceAt = now;
    this.idleMs = drawFirstIdle(config.keepalive?.idleMs ?? 0, config.random);
    this.firstWaitEndsAt = now + this.idleMs;
  }

  /** Where it stands. */
  get state(): LivenessState {
    return this.#state;
  }

  /** What it believes of the peer. */
  get belief(): Belief {
    if (this.#state === 'dead') return 'dead';
    return this.#suspected ? 'suspect' : 'alive';
  }

  /** Probes sent in the silence under way. */
  get probesSent(): number {
    return this.#state === 'quiet' ? 0 : this.#probesSent;
  }

  /** PONGs that were late, repeated, or answered nothing: counted, never fatal (L7). */
  get strayPongs(): number {
    return this.#strayPongs;
  }

  /** A number made of what lies furthest apart in here, for {@link AlarmOwner.lookAhead}. Changes nothing. */
  lookAhead(): number {
    return this.evidenceAt + this.suspectAt + this.pingAt + this.#writtenTo + this.#strayPongs;
  }

  /** Bytes have come, be it part of a frame (L2). The hot path: in `quiet` it stores one number. */
  handleEvidence(now: Instant): void {
    if (this.#state === 'quiet') {
      if (now > this.evidenceAt) this.evidenceAt = now;
    } else if (this.#state !== 'dead') {
      this.#settle(this.#held(now));
    }
  }

  /**
   * Bytes have come of which nothing can be read yet, such as part of a TLS record. When is not known, only that it was
   * since the last look (L2). A silence that has begun begins anew, with a PING now: interval x probes without a byte lie
   * before every verdict, and it stays within the bound unless idle is shorter than interval. `quiet` needs no help: idle
   * counts from the last byte whose time is known, and a PING too early does no harm.
   */
  handleUndatedEvidence(now: Instant): void {
    if (this.#state === 'quiet' || this.#state === 'dead') return;
    this.#settle(this.#held(now));
    this.idleMs = 0;
  }

  /**
   * A PONG has come. Its bytes are evidence already; here it only measures (L7). Returns the round trip in milliseconds if
   * it is the first answer to the newest PING.
   */
  handlePong(number: number, now: Instant): number | undefined {
    // Only the newest PING is matched: older ones may have been coalesced away by the peer (Karn's rule).
    if (number !== this.#pingNumber || this.pingAt === NEVER) {
      this.#strayPongs += 1;
      return undefined;
    }
    const rttMs = this.#held(now) - this.pingAt;
    this.pingAt = NEVER;
    this.sampleRtt(rttMs);
    return rttMs;
  }

  /**
   * Somebody wants to know now whether the peer lives. In `quiet` the silence begins here, so that the verdict is at most
   * interval x probes away; later, a probe is out already. A peer that is not watched is only asked, and not again before
   * it has answered: in an outage PINGs would pile up, come all at once, and be too many.
   */
  handleVerify(time: Instant): void {
    const { keepalive } = this.#config;
    if (this.#state !== 'quiet') return;
    const now = this.#held(time);
    // An answer may have come while we do not read: it would tell of then, not of now.
    if (this.#pause?.isUnderWay === true) return this.#ping(now);
    if (keepalive === undefined) return this.pingAt === NEVER ? this.#ping(now) : undefined;
    this.#startProbing(now, keepalive);
    this.#probe(now, keepalive);
  }

  /** The PING that was asked for is queued, and ends at this position of the stream that we send. */
  handlePingQueued(endsAt: number): void {
    this.#pingEndsAt = endsAt;
  }

  /** Our own kernel has taken the stream up to this position (L4). To be told before {@link handleTimeout} and {@link handleVerify}. */
  handleWritten(position: number): void {
    if (position > this.#writtenTo) this.#writtenTo = position;
  }

  /** Time has come to what `wait` asked for. Early and repeated calls change nothing, so that timers may be lazy. */
  handleTimeout(time: Instant, stall?: Stall): void {
    const { keepalive } = this.#config;
    if (keepalive === undefined) return;
    const now = this.#held(time);
    const frozenUntil = this.#pause?.frozenUntil;
    if (frozenUntil !== undefined) {
      // Not even a sleep is to be verified yet: nobody would read the answer.
      if (now < frozenUntil) return;
      this.handleResumed(now);
    }
    const dueAt = this.#dueAt(keepalive);
    const slept = this.#isNews(stall) && stall.kind === 'slept';
    if (dueAt === undefined || (now < dueAt && !slept)) return;

    if (this.#state === 'quiet') this.#startProbing(slept ? now : dueAt, keepalive);
    const runAgainAt = this.#runAgainAt(now, dueAt, keepalive, stall);
    if (runAgainAt !== undefined) this.#excuse(runAgainAt, now, keepalive);
    const pingWaits = this.#isPingWaiting();
    this.#probe(now, keepalive);
    this.#mark(now, keepalive);
    this.#pingWaitedAtCheck = pingWaits;
    this.#writtenToAtCheck = this.#writtenTo;
  }

  /** One poll phase has passed since `confirm`: what had arrived by then has been seen (L5). */
  handlePolled(now: Instant): void {
    if (this.#confirmsOut > 0) this.#confirmsOut -= 1;
    if (this.#confirmsOut > 0 || !this.#isConfirming()) return;
    if (!this.#suspected) {
      this.#suspected = true;
      const silenceMs = this.#held(now) - this.evidenceAt;
      this.#put({ type: 'suspect', silenceMs, probesSent: this.#probesSent });
    }
    if (this.#state === 'doubting') {
      this.#state = 'suspect';
      return;
    }
    this.#state = 'dead';
    this.#put({ type: 'dead', verdict: this.#verdict() });
  }

  /** We ourselves have stopped reading: the verdict is frozen, up to `pausedTimeout` in one silence (L5). */
  handlePaused(now: Instant): void {
    this.#pause ??= new Pause(this.#config.pausedTimeoutMs);
    if (this.#pause.isUnderWay || !this.#pause.begin(this.#held(now), this.evidenceAt)) return;
    // The poll phase under way reads nothing more, so it will prove nothing.
    if (this.#isConfirming()) this.#state = this.#suspected ? 'suspect' : 'probing';
  }

  /** We read again. The time in between is nobody's silence. */
  handleResumed(now: Instant): void {
    if (this.#pause?.isUnderWay !== true) return;
    const frozenMs = this.#pause.end(this.#held(now));
    this.nextProbeAt += frozenMs;
    this.suspectAt += frozenMs;
    this.deadAt += frozenMs;
  }

  /** The next thing to do. Ends each drain with `wait`. */
  poll(): LivenessOutput {
    if (this.#pingWanted) {
      this.#pingWanted = false;
      return { type: 'ping', number: this.#pingNumber };
    }
    const output = this.#outputs?.shift();
    if (output !== undefined) return output;
    if (this.#outputs !== undefined) this.#outputs = undefined;
    const { keepalive } = this.#config;
    // Otherwise a connection that always has traffic would keep the short idle of its first wait for life.
    if (this.evidenceAt >= this.firstWaitEndsAt) this.#drawIdle();
    return { type: 'wait', until: keepalive === undefined ? undefined : this.#dueAt(keepalive) };
  }

  /** When time will next change something. */
  #dueAt(keepalive: Keepalive): Instant | undefined {
    if (this.#state === 'dead' || this.#isConfirming()) return undefined;
    const frozenUntil = this.#pause?.frozenUntil;
    if (frozenUntil !== undefined) return frozenUntil;
    if (this.#state === 'quiet') return Math.max(this.evidenceAt + this.idleMs, this.#pause?.endedAt ?? NEVER);
    const probeAt = this.#hasProbeLeft(keepalive) ? this.nextProbeAt : Number.POSITIVE_INFINITY;
    return Math.min(probeAt, this.#suspected ? Number.POSITIVE_INFINITY : this.suspectAt, this.deadAt);
  }

  /** The clock of a silence starts when its first probe is due, whenever it is written (L4). */
  #startProbing(dueAt: Instant, { intervalMs, probes }: Keepalive): void {
    this.#state = 'probing';
    this.nextProbeAt = dueAt;
    this.#probesDue = 0;
    this.#probesSent = 0;
    this.suspectAt = dueAt + intervalMs;
    this.deadAt = dueAt + intervalMs * probes;
    this.excuseLeftMs = intervalMs * probes;
    this.#extended = false;
  }

  /** When we began to run again after a stall that the peer must not be blamed for; undefined if there was none (L5). */
  #runAgainAt(now: Instant, dueAt: Instant, { intervalMs }: Keepalive, stall: Stall | undefined): Instant | undefined {
    // Above half an interval a probe would not get its time; this matters for intervals below 200 ms only.
    const thresholdMs = Math.min(Math.max(MIN_STALL_MS, intervalMs / 4), intervalMs / 2);
    if (now - dueAt > thresholdMs) return now;
    // Another session's timer may have met the stall. The peer may have been stopped with us, and deserves its interval.
    const isNews = this.#isNews(stall) && (stall.kind === 'slept' || stall.durationMs > thresholdMs);
    return isNews ? stall.endedAt : undefined;
  }

  #isNews(stall: Stall | undefined): stall is Stall {
    return stall !== undefined && stall.endedAt > this.evidenceAt && stall.endedAt > this.excusedAt;
  }

  /** Grants a fresh PING and one interval after a stall, and in all at most interval x probes in one silence: endless stalls cannot keep a corpse alive (L5). */
  #excuse(runAgainAt: Instant, now: Instant, { intervalMs }: Keepalive): void {
    this.excusedAt = runAgainAt;
    this.nextProbeAt = now;
    const wantedAt = runAgainAt + intervalMs;
    // Time in which we did not run counts for nobody; only what is granted beyond it is charged.
    const base = Math.max(this.deadAt, now);
    const grantedMs = Math.min(wantedAt - base, this.excuseLeftMs);
    if (grantedMs > 0) {
      this.excuseLeftMs -= grantedMs;
      this.deadAt = base + grantedMs;
    }
    this.suspectAt = Math.max(this.suspectAt, wantedAt);
  }

  /** Sends the probe that is due, if any. Missed ones are never replayed: an excuse has moved the next one to now. */
  #probe(now: Instant, keepalive: Keepalive): void {
    if (now < this.nextProbeAt || !this.#hasProbeLeft(keepalive)) return;
    this.nextProbeAt += keepalive.intervalMs;
    this.#probesDue += 1;
    if (now >= this.deadAt || this.#isPingWaiting()) return;
    this.#probesSent += 1;
    this.#ping(now);
  }

  /** At most one PING waits unwritten (L4). */
  #ping(now: Instant): void {
    if (this.#isPingWaiting()) return;
    this.#pingNumber += 1;
    this.pingAt = now;
    this.#pingEndsAt = UNKNOWN;
    if (this.#outputs === undefined) this.#pingWanted = true;
    else this.#outputs.push({ type: 'ping', number: this.#pingNumber });
  }

  /** `probes` of them, one for each interval, and up to as many again for what has been excused. */
  #hasProbeLeft({ intervalMs, probes }: Keepalive): boolean {
    return this.#probesDue * intervalMs < 2 * intervalMs * probes - this.excuseLeftMs;
  }

  /** Marks what is due; the decision waits for one poll phase (L5). */
  #mark(now: Instant, keepalive: Keepalive): void {
    if (now >= this.deadAt) this.#extendForWriting(now, keepalive);
    if (now >= this.deadAt) this.#state = 'judging';
    else if (!this.#suspected && now >= this.suspectAt) this.#state = 'doubting';
    else return;
    this.#confirmsOut += 1;
    this.#put({ type: 'confirm' });
  }

  /**
   * The queue moves, but the PING waits in it: the peer may well be reading. A PING that has left since the last look gets
   * an interval for its answer. Bounded by writeTimeout since the last evidence (L4).
   */
  #extendForWriting(now: Instant, { intervalMs }: Keepalive): void {
    const waits = this.#isPingWaiting() || this.#pingWaitedAtCheck;
    if (!waits || this.#writtenTo <= this.#writtenToAtCheck) return;
    this.deadAt = Math.max(this.deadAt, Math.min(now + intervalMs, this.evidenceAt + this.#config.writeTimeoutMs));
    this.#extended = true;
  }

  #isPingWaiting(): boolean {
    return this.#pingEndsAt === UNKNOWN || this.#pingEndsAt > this.#writtenTo;
  }

  #verdict(): LivenessVerdict {
    return this.#isPingWaiting() && (this.#extended || this.#probesSent <= 1) ? 'write-stalled' : 'silent';
  }

  /** Evidence ends a silence. */
  #settle(now: Instant): void {
    const silenceMs = now - this.evidenceAt;
    this.evidenceAt = now;
    this.#state = 'quiet';
    this.#drawIdle();
    if (!this.#suspected) return;
    this.#suspected = false;
    this.#put({ type: 'alive', silenceMs });
  }

  #drawIdle(): void {
    this.firstWaitEndsAt = Number.POSITIVE_INFINITY;
    this.idleMs = drawIdle(this.#config.keepalive?.idleMs ?? 0, this.evidenceAt, this.#config.random);
  }

  #put(output: LivenessOutput): void {
    this.#outputs ??= [];
    this.#outputs.push(output);
  }

  /** A poll phase is to decide. */
  #isConfirming(): boolean {
    return this.#state === 'doubting' || this.#state === 'judging';
  }

  /** The time, which never runs backwards (L13). */
  #held(now: Instant): Instant {
    const latestAt = Math.max(this.latestAt, this.evidenceAt);
    this.latestAt = now > latestAt ? now : latestAt;
    return this.latestAt;
  }
}
