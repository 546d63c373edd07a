/** What a peer has said of itself before it is let in, and who judges it. */

import type { PeerCertificate, PeerTls } from './certificate.ts';

/** A peer that asks to be let in. */
export interface PeerIntroduction {
  /** As the client was given them; plain data of any shape, from a stranger so far. Compare secrets with `timingSafeEqual` of `node:crypto`. */
  readonly credentials: unknown;
  /** What the client was given as the option `metadata`; plain data, from a stranger so far. Empty if nothing. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** One start of one process: another boot id is another process. */
  readonly boot: string;
  /** Such as `10.0.0.7:51234`, as the kernel says, or a trusted balancer. */
  readonly address: string;
  /** What TLS has agreed on, such as the server's name that the client has asked for; undefined without TLS. */
  readonly tls: PeerTls | undefined;
  /** Under TLS, the certificate that the peer has shown; undefined if it has not, or was not asked for one. */
  readonly certificate: PeerCertificate | undefined;
  /** Aborted when the answer does not matter any more: the peer has gone, the handshake's deadline has passed, or the server closes. */
  readonly signal: AbortSignal;
}

/**
 * Judges a peer. What it returns, or a promise of it, is the `identity` of the session: who the peer is, in the words of
 * your application. A session is resumed by its identity only, if that can be compared: a string, a number, or an object with
 * such an `id`.
 *
 * - To return false, or to throw a {@link Rejection}, refuses the peer with the cause `rejected`, which a client does not try
 *   again.
 * - Whatever else it throws is a failure of our own, such as a database that is away. It is logged with the level `error`,
 *   and the peer, which is told nothing of it, is asked to come back later. An error that is returned counts as thrown.
 *
 * The handshake's deadline runs on meanwhile. A call counts against `maxHandshakes` until it settles, also when the peer has
 * gone: whoever connects and leaves, again and again, has no more calls run than whoever stays. Only one that has not settled
 * `handshakeTimeout` after its beginning counts no more, as it may never: so a hook that hangs does not lock the server, and
 * calls that hang are at most `maxHandshakes` in each `handshakeTimeout`. Heed the signal, and there are none.
 */
export type Authenticate = (introduction: PeerIntroduction) => unknown;

/**
 * Thrown by `authenticate` to refuse a peer for a reason that it may know. **The reason is sent to the peer**, as the first 256 bytes
 * of its UTF-8, and is the `detail` of the event `rejected` at both ends.
 */
export class Rejection extends Error {
  /** The name of its class. */
  override readonly name: string = 'Rejection';

  constructor(reason: string) {
    super(reason);
  }
}
