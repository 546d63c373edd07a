/** A client that dials, and dials again. */

import type { Alarm, AlarmOwner, Cause, Ending, Hello, Instant, PongFrame, Terms, Welcome } from '@systole/core';
import { BOOT_ID, MAX_RETRY_MS } from '@systole/core/internal';
import { backoffMs } from './backoff.ts';
import type { ClientSessionInit, EndExplanation } from './client-session.ts';
import { ClientSession, describeEnd } from './client-session.ts';
import type { DialFailure } from './dialer.ts';
import { dial } from './dialer.ts';
import type { ClientConfig, ReconnectConfig } from './options.ts';
import { Rotation } from './rotation.ts';
import type { Target } from './target.ts';
import { targetAddress } from './target.ts';

/**
 * Whether coming back would not help, or would do harm: we are not welcome, or another process has taken the session over, or
 * another session of our identity has taken its place. Where it was a newer connection of our own process, there is no harm (D6).
 */
function isFinal({ cause, goodbye }: Ending): boolean {
  if (cause === 'superseded') return goodbye?.scope === 'session' || goodbye?.reason !== BOOT_ID;
  return cause === 'rejected';
}

/** Breaches of the protocol: the session behind them cannot be trusted, and is not resumed. */
const BREACHES: ReadonlySet<Cause> = new Set<Cause>(['protocol-error', 'too-many-pings']);

/** See the head of the file. An attempt tries each address once; between attempts it backs off. */
export class DiallingClient extends ClientSession implements AlarmOwner {
  readonly #init: ClientSessionInit;
  readonly #config: ClientConfig;
  readonly #rotation: Rotation;
  readonly #retryAlarm: Alarm;
  #dialling: AbortController | undefined;
  /** Where the connection, or the attempt to make one, goes to. */
  #target: Target;
  /** Attempts since the last connection that was up for long enough. */
  #attempts = 0;
  #connectedAt: number | undefined;
  /** Whether the server has sent a PING on this connection. */
  #wasPinged = false;
  /** From then on the server does not have the session any more. */
  #forgetAt: Instant = Number.POSITIVE_INFINITY;
  readonly #forgetAlarm: Alarm;
  /** The failures of the attempt under way, or of the last one. */
  #failures: Error[] = [];

  constructor(init: ClientSessionInit, config: ClientConfig) {
    super(init);
    this.#init = init;
    this.#config = config;
    [this.#target] = config.targets;
    this.#rotation = new Rotation(config.targets);
    // A client that waits to come back keeps its process alive (L12).
    this.#retryAlarm = init.parts.clock.alarm(this, { keepsProcess: true });
    this.#forgetAlarm = init.parts.clock.alarm({ handleAlarm: () => this.#forgetInTime() });
  }

  start(signal: AbortSignal | undefined): void {
    this.heed(signal);
    // Not at once: whoever calls connect() shall have time to listen.
    queueMicrotask(() => this.#beginAttempt());
  }

  /** The wait is over; or the system has slept, which is reason to try now whoever has not told us to stay away. */
  handleAlarm(now: Instant): void {
    const { earliestAt } = this.#rotation;
    if (now < earliestAt) this.#retryAlarm.set(earliestAt);
    else this.#beginAttempt();
  }

  #beginAttempt(): void {
    this.#failures = [];
    this.#rotation.begin();
    this.#tryNext();
  }

  /** Tries the next address of this attempt; false if there is none. */
  #tryNext(): boolean {
    if (this.isEnded) return false;
    const target = this.#rotation.next(this.#init.parts.clock.now());
    if (target === undefined) return false;
    this.#target = target;
    this.logStep({ target: targetAddress(target) }, 'dialling');
    void this.#dial(target);
    return true;
  }

  async #dial(target: Target): Promise<void> {
    const dialling = new AbortController();
    this.#dialling = dialling;
    const outcome = await dial(target, {
      clock: this.#init.parts.clock,
      dnsTimeoutMs: this.#config.dnsTimeoutMs,
      connectTimeoutMs: this.#init.session.handshakeTimeoutMs,
      tls: this.#config.tls,
      signal: dialling.signal,
    });
    this.#dialling = undefined;
    if (outcome === undefined) return;
    if (this.isEnded) return 'cause' in outcome ? undefined : void outcome.socket.destroy(); // since dial() has looked
    if ('cause' in outcome) return this.#handleDialFailure(outcome);
    this.#forgetInTime();
    this.introduce(outcome.socket, targetAddress(target), outcome.deadline);
  }

  /** Hands back what is in doubt when the session cannot be resumed any more; not while the server is being asked for it. */
  #forgetInTime(): void {
    if (this.hasConnection || this.#forgetAt === Number.POSITIVE_INFINITY) return;
    if (this.#init.parts.clock.now() < this.#forgetAt) return this.#forgetAlarm.set(this.#forgetAt);
    this.forget();
  }

  #handleDialFailure({ cause, error }: DialFailure): void {
    this.#failures.push(error);
    const { code, syscall } = error as NodeJS.ErrnoException;
    this.handleDialEnd(cause, { code, syscall, detail: error.message });
  }

  override establish(terms: Terms, welcome: Hello | Welcome): void {
    super.establish(terms, welcome);
    this.#forgetAt = Number.POSITIVE_INFINITY;
    this.#forgetAlarm.clear();
  }

  protected override forget(): void {
    this.#forgetAt = Number.POSITIVE_INFINITY;
    this.#forgetAlarm.clear();
    super.forget();
  }

  protected override beforeConnect(): void {
    this.#failures = [];
    this.#wasPinged = false;
    this.#connectedAt = this.#init.parts.clock.now();
  }

  protected override afterConnection(ending: Ending): void {
    const { reconnect } = this.#config;
    const wasConnected = this.#connectedAt !== undefined;
    this.#forgiveAttempts(ending);
    this.#heedHint(ending);
    if (this.isClosing || isFinal(ending)) return this.endSession(ending);
    this.#remember(ending);
    if (!wasConnected && this.#tryNext()) return this.#logFailure(ending);
    if (reconnect === undefined || this.#attempts >= reconnect.maxAttempts) return this.endSession(ending);
    this.#waitForNextAttempt(reconnect, ending);
  }

  /** Keeps the session for as long as the server does; not behind a breach of the protocol, which coming back would only repeat. */
  #remember({ cause }: Ending): void {
    if (BREACHES.has(cause)) return this.forget();
    // Counted from the connection that was lost, not from attempts after it.
    if (this.#forgetAt === Number.POSITIVE_INFINITY) {
      this.#forgetAt = this.#init.parts.clock.now() + this.resumeWindowMs;
    }
    this.#forgetInTime();
  }

  #waitForNextAttempt(reconnect: ReconnectConfig, { cause, evidence }: Ending): void {
    const { clock, random } = this.#init.parts;
    this.#attempts += 1;
    // Our own backing off, but not before a server has said that we are welcome again.
    const now = clock.now();
    const delayMs = Math.max(backoffMs(reconnect, this.#attempts, random), this.#rotation.earliestAt - now);
    // Arm, then tell: a listener that throws does not stop the client from coming back.
    this.#retryAlarm.set(now + delayMs);
    this.tell('reconnecting', { attempt: this.#attempts, delayMs, cause, evidence });
  }

  /** The server at this address has told when it wants to be tried again, in an hour or two at most; the others may be tried before. */
  #heedHint({ goodbye }: Ending): void {
    if (goodbye === undefined) return;
    const { clock, random } = this.#init.parts;
    const retryAfterMs = Math.min(goodbye.retryAfterMs, MAX_RETRY_MS);
    const spreadMs = Math.min(goodbye.spreadMs, MAX_RETRY_MS);
    this.#rotation.postpone(this.#target, clock.now() + retryAfterMs + spreadMs * random());
  }

  /** It is asked for because a PING has come. */
  override pong(number: number): PongFrame | undefined {
    this.#wasPinged = true;
    return super.pong(number);
  }

  /**
   * Delays start from the base again only after a connection that lasted, and on which there was a heartbeat, ours answered or
   * the server's: connecting alone proves little. Where the server pings more often than we, ours never leave (L8).
   */
  #forgiveAttempts({ evidence }: Ending): void {
    const minUptimeMs = this.#config.reconnect?.minUptimeMs ?? 0;
    const upMs = this.#connectedAt === undefined ? -1 : this.#init.parts.clock.now() - this.#connectedAt;
    const isProven = this.#wasPinged || evidence.rttMs !== undefined || this.#init.session.keepalive === undefined;
    this.#connectedAt = undefined;
    if (upMs >= minUptimeMs && isProven) this.#attempts = 0;
  }

  #logFailure({ cause, evidence }: Ending): void {
    this.#init.parts.logger.debug({ cause, evidence, next: targetAddress(this.#target) }, 'trying the next address');
  }

  protected override endSession(ending: Pick<Ending, 'cause' | 'evidence'>): void {
    this.#retryAlarm.clear();
    this.#forgetAlarm.clear();
    this.#dialling?.abort();
    super.endSession(ending);
  }

  protected override explainEnd(): EndExplanation {
    const failures = this.#failures;
    const cause = failures.length > 1 ? new AggregateError(failures, 'every address has failed') : failures[0];
    const { lastCause = 'closed-locally' } = this.inspect();
    const where = this.#config.targets.map(targetAddress).join(', ');
    const words = failures.map(({ message }) => message);
    if (this.refusal !== undefined) words.push(this.refusal);
    return { where: ` to ${where}`, text: describeEnd(lastCause, words), cause };
  }
}
