/** Verify before use: callers that wait for the answer to a PING sent now. */

import { checkOptions } from '../rules/checks.ts';
import { waitEntries } from '../rules/options.ts';
import type { Alarm, Clock, Instant } from '../words/clock.ts';
import type { SystoleError } from '../words/errors.ts';
import type { VerifyOptions } from './api.ts';
import { abortedError, limitWait } from './patience.ts';

/** How long an answer is waited for where no verdict of ours would end the wait: interval x probes of the defaults. */
const UNWATCHED_TIMEOUT_MS = 15_000;

/** Somebody who waits. */
interface Waiter {
  readonly resolve: (rttMs: number) => void;
  readonly reject: (error: SystoleError) => void;
}

/** What is known of the connection that is to be verified. */
export interface VerificationTerms {
  /** Whether a verdict of ours ends the wait if nothing comes. */
  readonly isWatched: boolean;
  /** The lowest spacing of PINGs that the peer accepts. */
  readonly pingSpacingMs: number;
}

/**
 * The verifications of one connection. However many callers ask, and however often, the peer gets no more PINGs than it
 * accepts: who asks too early waits for the next one.
 */
export class Verification {
  readonly #clock: Clock;
  readonly #terms: VerificationTerms;
  readonly #ask: () => void;
  readonly #waiters = new Set<Waiter>();
  #alarm: Alarm | undefined;
  #nextAskAt: Instant = Number.NEGATIVE_INFINITY;
  /** Whether somebody wants a PING who does not wait here for its answer. */
  #isAsked = false;

  /** `ask` sends a PING. */
  constructor(clock: Clock, terms: VerificationTerms, ask: () => void) {
    this.#clock = clock;
    this.#terms = terms;
    this.#ask = ask;
  }

  verify(options: VerifyOptions = {}): Promise<number> {
    try {
      checkOptions(waitEntries, options);
    } catch (error) {
      return Promise.reject(error);
    }
    if (options.signal?.aborted === true) return Promise.reject(abortedError('PONG', options.signal));
    const timeout = options.timeout ?? (this.#terms.isWatched ? undefined : UNWATCHED_TIMEOUT_MS);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (rttMs) => {
          stopWaiting();
          resolve(rttMs);
        },
        reject: (error) => {
          stopWaiting();
          reject(error);
        },
      };
      const stopWaiting = limitWait(this.#clock, 'PONG', { ...options, timeout }, (error) => {
        this.#waiters.delete(waiter);
        waiter.reject(error);
      });
      this.#waiters.add(waiter);
      this.handleAlarm(this.#clock.now());
    });
  }

  /** Sends a PING as soon as the peer accepts one. */
  ask(): void {
    this.#isAsked = true;
    this.handleAlarm(this.#clock.now());
  }

  /** The spacing is over. */
  handleAlarm(now: Instant): void {
    if (this.#waiters.size === 0 && !this.#isAsked) return;
    if (now < this.#nextAskAt) {
      this.#alarm ??= this.#clock.alarm(this);
      this.#alarm.set(this.#nextAskAt);
      return;
    }
    this.#nextAskAt = now + this.#terms.pingSpacingMs;
    this.#isAsked = false;
    this.#ask();
  }

  /** A PING has left, whoever asked for it: what idle asks for counts for the peer as well. */
  handlePing(): void {
    this.#nextAskAt = this.#clock.now() + this.#terms.pingSpacingMs;
  }

  /** The newest PING was answered: the peer was alive a round trip ago. */
  handlePong(rttMs: number): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.resolve(rttMs);
  }

  /** The connection is gone. */
  handleLost(error: SystoleError): void {
    this.#alarm?.clear();
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.reject(error);
  }
}
