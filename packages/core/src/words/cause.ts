/** Why a connection ended: a closed union of causes, each with the evidence it rests on. */

/**
 * Every way in which a connection, or the attempt to make one, can end. Each has a heading in docs/LIVENESS.md,
 * and one in docs/ERRORS.md with what to do.
 */
export type Cause =
  /** The peer said goodbye with CLOSE. */
  | 'closed-by-peer'
  /** We said goodbye, or destroyed it. */
  | 'closed-locally'
  /** FIN without CLOSE. */
  | 'eof'
  /** ECONNRESET, EPIPE or ECONNABORTED. */
  | 'reset'
  /** Verdict: probes left, and nothing came. */
  | 'silent'
  /** Verdict: the probe could not even leave our own send buffer. */
  | 'write-stalled'
  /** ETIMEDOUT from the kernel. */
  | 'kernel-timeout'
  /** EHOSTUNREACH or ENETUNREACH while dialling. */
  | 'unreachable'
  /** ECONNREFUSED, or no such Unix socket. */
  | 'refused'
  /** The name did not resolve in time, or at all. */
  | 'dns'
  /** TCP was not established within the deadline. */
  | 'connect-timeout'
  /** TLS: a certificate was missing or not believed, ours or the peer's. */
  | 'bad-certificate'
  /** TLS was not established, for another reason than a certificate. */
  | 'tls-failed'
  /** TCP was, HELLO and WELCOME were not exchanged within the deadline. */
  | 'handshake-timeout'
  /** The peer broke the protocol. */
  | 'protocol-error'
  /** The first bytes are of another protocol. */
  | 'not-our-protocol'
  /** Credentials, limits or incompatible options. */
  | 'rejected'
  /** A newer connection of the same session has taken over. */
  | 'superseded'
  /** The peer's process is going away. */
  | 'going-away'
  /** One end pinged more often than the other accepts. */
  | 'too-many-pings'
  /** Verdict, only if asked for: pongs come, but the application does not move. */
  | 'app-stalled';

/** The causes that are our own verdict, announced by the event `dead`: the peer has not ended the connection, we have judged it. */
export type Verdict = Extract<Cause, 'silent' | 'write-stalled' | 'app-stalled'>;

const VERDICTS: ReadonlySet<Cause> = new Set<Verdict>(['silent', 'write-stalled', 'app-stalled']);

/** Whether a cause is a {@link Verdict}. */
export function isVerdict(cause: Cause): cause is Verdict {
  return VERDICTS.has(cause);
}

/** How far a connection had come when it ended. */
export type Phase = 'connecting' | 'handshake' | 'open' | 'closing';

/** What a {@link Cause} rests on. */
export interface Evidence {
  /** The number of this connection within its session. */
  readonly epoch: number;
  /** How far the connection had come. */
  readonly phase: Phase;
  /** Milliseconds since the last received byte; undefined if none ever came. */
  readonly silenceMs: number | undefined;
  /** Probes sent in the last silence. */
  readonly probesSent: number;
  /** Smoothed round-trip time, undefined before the first PONG. */
  readonly rttMs: number | undefined;
  /** Length of the last stall of our own process, if it fell into the last silence. */
  readonly stallMs: number | undefined;
  /** The operating system's code, such as `ECONNRESET`, or the code of the peer's CLOSE. */
  readonly code: string | undefined;
  /** The system call that failed, such as `read`. */
  readonly syscall: string | undefined;
  /** What a person would want to read beside the cause: the peer's reason, or what was wrong with its bytes. */
  readonly detail: string | undefined;
  /** For `eof` only: a guess. `idle-cut` where the silence before FIN is just over the idle limit of a common middlebox, or of `idleLimits`. */
  readonly hint: 'crash' | 'idle-cut' | undefined;
}
