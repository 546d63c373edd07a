/** What TLS knows of a peer: what was agreed on, what of its certificate is shown, and whether that is good enough. */

import type { Certificate, TLSSocket } from 'node:tls';

/** What a TLS connection has agreed on. */
export interface PeerTls {
  /** Such as `TLSv1.3`. */
  readonly protocol: string | undefined;
  /** By its standard name, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string | undefined;
  /** Which name of ours the client has asked for (SNI); undefined if none. */
  readonly servername: string | undefined;
  /** What was chosen by ALPN; undefined if nothing. */
  readonly alpnProtocol: string | undefined;
}

/** A certificate that a peer has shown, as `node:crypto` reads it. */
export interface PeerCertificate {
  /** Such as `{ CN: 'sensor 7', O: 'Example' }`; what occurs several times is an array. */
  readonly subject: Readonly<Certificate>;
  /** Who has signed it, written as the subject is. */
  readonly issuer: Readonly<Certificate>;
  /** Such as `DNS:sensor-7.example, IP Address:10.0.0.7`. */
  readonly subjectAltName: string | undefined;
  /** In hexadecimal digits; unique for each issuer: for lists of revoked ones. */
  readonly serialNumber: string;
  /** SHA-256, as `AB:CD:...`: for pinning. */
  readonly fingerprint256: string;
  /** From when on it is valid. */
  readonly validFrom: Date;
  /** Until when. */
  readonly validTo: Date;
  /** Whether a trusted authority has signed it and it is valid today. */
  readonly authorized: boolean;
  /** Why it is not, such as `CERT_HAS_EXPIRED`. */
  readonly authorizationError: string | undefined;
}

/** What a TLS socket, of whose handshake we are the server, has agreed on. */
export function tlsOf(socket: TLSSocket): PeerTls {
  // Node's types know these at a client's end only. What there is none of is false, null or missing, the cipher of a destroyed socket, too.
  const { servername, alpnProtocol } = socket as { readonly servername?: unknown; readonly alpnProtocol?: unknown };
  return {
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.standardName,
    servername: textOf(servername),
    alpnProtocol: textOf(alpnProtocol),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What a TLS socket's peer has shown; undefined if nothing. */
export function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { subject, issuer } = certificate.toLegacyObject();
  const { authorized } = socket;
  return {
    // Node's have no prototype: ours compare, copy and print as any object does.
    subject: { ...subject },
    issuer: { ...issuer },
    subjectAltName: certificate.subjectAltName,
    serialNumber: certificate.serialNumber,
    fingerprint256: certificate.fingerprint256,
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    authorized,
    authorizationError: authorized ? undefined : authorizationErrorOf(socket),
  };
}

/**
 * Why a peer that must show a valid certificate has not: OpenSSL's code, or `CERT_MISSING`.
 *
 * A missing one is looked for first, as a resumed TLS 1.3 session that never had a certificate counts as authorized.
 */
export function certificateFlaw(socket: TLSSocket): string | undefined {
  if (socket.getPeerX509Certificate() === undefined) return 'CERT_MISSING';
  return socket.authorized ? undefined : authorizationErrorOf(socket);
}

/** A code at a server's end, whatever the types say. */
function authorizationErrorOf({ authorizationError }: TLSSocket): string {
  return String(authorizationError);
}
