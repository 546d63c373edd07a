/** What a peer has said of itself before it is let in, and who judges it. */

import type { PeerCertificate } from './certificate.ts';

/** A peer that asks to be let in. */
export interface PeerIntroduction {
  /** As the client was given them; plain data of any shape, from a stranger so far. */
  readonly credentials: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** One start of one process: another boot id is another process. */
  readonly boot: string;
  /** Such as `10.0.0.7:51234`, as the kernel says, or a trusted balancer. */
  readonly address: string;
  /** Under TLS, the certificate that the peer has shown; undefined if it has not, or was not asked for one. */
  readonly certificate: PeerCertificate | undefined;
}

/**
 * Judges a peer. What it returns, or a promise of it, is the `identity` of the session: who the peer is, in the words of
 * your application. To return false, to throw or to reject refuses the peer with the cause `rejected`, which a client does
 * not try again; the error's message is sent to the peer as the reason. The handshake's deadline runs on meanwhile.
 */
export type Authenticate = (introduction: PeerIntroduction) => unknown;
