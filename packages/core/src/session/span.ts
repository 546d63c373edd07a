/** What a session has of the connection that carries it: all this is gone with the connection, and the session goes on. */

import type { PeerCapacity } from '../machines/outbox.ts';
import { boundMs } from '../rules/keepalive.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { Cause } from '../words/cause.ts';
import type { Clock, Instant } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import { SystoleError } from '../words/errors.ts';
import type { Health, HealthReport } from '../words/health.ts';
import type { SessionEvents, SessionSnapshot } from './api.ts';
import type { Connection } from './connection.ts';
import { PeerHealth } from './health.ts';
import { Verification } from './verification.ts';

/** What a snapshot of a session tells of its connection. */
type SpanSnapshot = Pick<
  SessionSnapshot,
  | 'belief'
  | 'rtt'
  | 'silenceMs'
  | 'peerHealth'
  | 'missed'
  | 'allowed'
  | 'unwrittenBytes'
  | 'bytesIn'
  | 'bytesOut'
  | 'upMs'
>;

/** Where there is no connection. */
export const NO_SPAN: SpanSnapshot = {
  belief: 'dead',
  rtt: undefined,
  silenceMs: undefined,
  peerHealth: undefined,
  missed: 0,
  allowed: undefined,
  unwrittenBytes: 0,
  bytesIn: 0,
  bytesOut: 0,
  upMs: undefined,
};

/** See the head of the file. */
export class Span {
  readonly connection: Connection;
  /** What the two ends have agreed on in the handshake. */
  #terms: Terms | undefined;
  /** The cost of DATA that the peer takes to begin with. */
  #credit = 0;
  #isResumed = false;
  #openedAt: Instant | undefined;
  #verification: Verification | undefined;
  #peerHealth: PeerHealth | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** What the peer takes; undefined before it has introduced itself. */
  get capacity(): PeerCapacity | undefined {
    if (this.#terms === undefined) return undefined;
    return { maxMessageBytes: this.#terms.maxMessageBytes, credit: this.#credit };
  }

  /** Whether `connect` was told. */
  get isOpen(): boolean {
    return this.#openedAt !== undefined;
  }

  get verification(): Verification | undefined {
    return this.#verification;
  }

  /** The peer has introduced itself, and takes so much; `isResumed` if the session goes on where another connection has ended. */
  establish(terms: Terms, credit: number, isResumed: boolean): void {
    this.#terms = terms;
    this.#credit = credit;
    this.#isResumed = isResumed;
  }

  /** What `connect` is to tell, from now on; undefined if there was no handshake. */
  open(now: Instant): Omit<SessionEvents['connect'], 'epoch'> | undefined {
    if (this.#terms === undefined) return undefined;
    this.#openedAt = now;
    const { keepalive, raised } = this.#terms;
    const bound = keepalive === undefined ? undefined : boundMs(keepalive);
    return { resumed: this.#isResumed, keepalive, boundMs: bound, raised };
  }

  /** Made when it is first asked for; undefined before the handshake is over. */
  verify(clock: Clock): Verification | undefined {
    if (this.#terms === undefined) return undefined;
    const { keepalive, pingSpacingMs } = this.#terms;
    const terms = { isWatched: keepalive !== undefined, pingSpacingMs };
    this.#verification ??= new Verification(clock, terms, () => this.connection.verify());
    return this.#verification;
  }

  /** The peer's health, if it differs from what it has said before. Runs the codec. */
  handleHealth(report: HealthReport, codec: Codec): Health | undefined {
    this.#peerHealth ??= new PeerHealth(codec);
    return this.#peerHealth.handleReport(report);
  }

  /** The connection is gone. */
  handleLost(cause: Cause): void {
    this.#verification?.handleLost(
      new SystoleError('ERR_UNVERIFIED', `the connection ended before PONG came: ${cause}`),
    );
  }

  inspect(now: Instant): SpanSnapshot {
    const { liveness, silenceMs, unwritten, bytesIn, bytesOut } = this.connection;
    return {
      belief: liveness?.belief ?? 'alive',
      rtt: liveness?.rtt,
      silenceMs,
      peerHealth: this.#peerHealth?.health,
      missed: liveness?.probesSent ?? 0,
      allowed: this.#terms?.keepalive?.probes,
      unwrittenBytes: unwritten,
      bytesIn,
      bytesOut,
      upMs: this.#openedAt === undefined ? undefined : now - this.#openedAt,
    };
  }
}
