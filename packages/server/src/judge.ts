/** The judge of arrivals: asks `authenticate` who they are, and counts the calls that run. */

import type { Alarm, AlarmOwner, Clock, Hello, Instant, Logger, NamedEnd, Refusal } from '@systole/core';
import type { SessionParts } from '@systole/core/internal';
import { FloodLog } from '@systole/core/internal';
import type { Arrival } from './arrival.ts';
import type { Authenticate, PeerIntroduction } from './authentication.ts';
import { Rejection } from './authentication.ts';
import { certificateOf, tlsOf } from './certificate.ts';
import type { Seat } from './headcount.ts';
import type { IdentityKey } from './identity-key.ts';
import { identityKey } from './identity-key.ts';
import type { ServerConfig } from './options.ts';

/** Who a peer is. */
export interface Identified {
  /** What `authenticate` has returned. */
  readonly identity: unknown;
  /** By what it is compared. */
  readonly key: IdentityKey | undefined;
}

/** Why a peer is not let in: what it is told, and what that is called here. */
export interface Dismissal {
  readonly close: Refusal;
  readonly end: Partial<NamedEnd>;
}

/** When a peer is to come back for which `authenticate` has failed: soon, as outages are mostly short, but not all at once. */
const RETRY = { retryAfterMs: 1_000, spreadMs: 10_000 } as const;

/** A call that has failed. */
interface Failure {
  readonly err: unknown;
  readonly address: string;
}

/** See the head of the file. */
export class Judge {
  readonly #clock: Clock;
  readonly #authenticate: Authenticate;
  /** How long a call counts that does not settle. */
  readonly #timeoutMs: number;
  /** Whether an identity must be one that can be compared. */
  readonly #requiresKey: boolean;
  readonly #failures: FloodLog<Failure>;
  /** For arrivals that wait for it. */
  readonly #calls = new Map<Arrival, Call>();
  /** For peers that have gone meanwhile, with where these count for their address: whoever hits and runs goes on to count. */
  readonly #abandoned = new Map<Call, Seat | undefined>();

  constructor({ clock, logger }: SessionParts, { session, identity }: ServerConfig, authenticate: Authenticate) {
    this.#clock = clock;
    this.#authenticate = authenticate;
    this.#timeoutMs = session.handshakeTimeoutMs;
    this.#requiresKey = identity.oneSessionPerIdentity;
    this.#failures = new FloodLog(clock, (last, count) => logFailure(logger, last, count));
  }

  /** Calls that run for peers that have gone. */
  get abandoned(): number {
    return this.#abandoned.size;
  }

  /** Asks about an arrival. Never rejects; whether the arrival is still there when it resolves is for the caller to see. */
  async judge(arrival: Arrival, hello: Hello): Promise<Identified | Dismissal> {
    const call = new Call(this.#clock, this.#timeoutMs, (self) => this.#forget(self));
    this.#calls.set(arrival, call);
    try {
      return this.#identify(await this.#authenticate(introductionOf(arrival, hello, call.signal)));
    } catch (error) {
      return this.#dismiss(error, arrival, call.signal);
    } finally {
      call.settle();
      this.#calls.delete(arrival);
      this.#forget(call);
    }
  }

  /** The arrival has gone. True if it has left a call behind, which then gives its seat back. */
  abandon(arrival: Arrival): boolean {
    const call = this.#calls.get(arrival);
    if (call === undefined) return false;
    this.#calls.delete(arrival);
    this.#abandoned.set(call, arrival.entrance.seat);
    call.abandon();
    return true;
  }

  #forget(call: Call): void {
    this.#abandoned.get(call)?.leave();
    this.#abandoned.delete(call);
  }

  /** Logs what is left to log. */
  finish(): void {
    this.#failures.finish();
  }

  /** What it throws is our failure, and no reason to let anybody in: an identity is the user's object, whose `id` may throw as well. */
  #identify(identity: unknown): Identified {
    if (identity === false) throw new Rejection('the peer is not welcome here');
    if (identity instanceof Error) throw identity;
    const key = identityKey(identity);
    if (key === undefined && this.#requiresKey) throw new TypeError(NO_KEY);
    return { identity, key };
  }

  /** What was thrown is the user's as well: to look at it may throw. */
  #dismiss(error: unknown, { entrance: { address } }: Arrival, signal: AbortSignal): Dismissal {
    try {
      if (error instanceof Rejection) return { close: { code: 'rejected', reason: String(error.message) }, end: {} };
      // Whoever heeds the signal fails by it, and has done well.
      if (!signal.aborted || !isAbort(error, signal)) this.#failures.add({ err: error, address });
    } catch (err) {
      this.#failures.add({ err, address });
    }
    // The message stays here: it may name hosts, users and passwords of ours.
    const close = { code: 'going-away', reason: 'the server cannot judge peers now', ...RETRY } as const;
    return { close, end: { code: 'authenticate' } };
  }
}

const NO_KEY =
  'with oneSessionPerIdentity, authenticate must return a string, a number, or an object with such an id, to be compared';

function introductionOf({ entrance }: Arrival, hello: Hello, signal: AbortSignal): PeerIntroduction {
  const { credentials, metadata, boot } = hello;
  const { address } = entrance;
  const socket = entrance.tlsSocket();
  const tls = socket === undefined ? undefined : tlsOf(socket);
  const certificate = socket === undefined ? undefined : certificateOf(socket);
  return { credentials, metadata, boot, address, tls, certificate, signal };
}

/** An error that cannot be written, such as one with a getter that throws, ends nothing: what it throws is written for it. */
function logFailure(logger: Logger, failure: Failure, count: number): void {
  try {
    logger.error({ ...failure, count }, 'authenticate failed');
  } catch (err) {
    logger.error({ ...failure, err, count }, 'authenticate failed');
  }
}

function isAbort(error: unknown, { reason }: AbortSignal): boolean {
  return error === reason || (error instanceof Error && error.name === 'AbortError');
}

/** One call of `authenticate`. Its alarm is made where it is needed: when the peer goes before the answer has come. */
class Call implements AlarmOwner {
  readonly #clock: Clock;
  readonly #deadline: Instant;
  readonly #expire: (self: Call) => void;
  readonly #abort = new AbortController();
  #alarm: Alarm | undefined;

  constructor(clock: Clock, timeoutMs: number, expire: (self: Call) => void) {
    this.#clock = clock;
    this.#deadline = clock.now() + timeoutMs;
    this.#expire = expire;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Nobody waits for it any more. Until the deadline it counts, then it is forgotten. */
  abandon(): void {
    this.#alarm = this.#clock.alarm(this);
    this.#alarm.set(this.#deadline);
    this.#abort.abort();
  }

  settle(): void {
    this.#alarm?.clear();
  }

  handleAlarm(now: Instant): void {
    if (now < this.#deadline) this.#alarm?.set(this.#deadline);
    else this.#expire(this);
  }
}
