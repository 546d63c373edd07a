/** From what was seen to its cause (DESIGN: causes are a closed union). */

import type { Cause } from '../words/cause.ts';
import type { CloseFrame } from '../words/frame.ts';
import type { TransportError } from '../words/transport.ts';

const CAUSE_OF_CLOSE: Readonly<Record<CloseFrame['code'], Cause>> = {
  normal: 'closed-by-peer',
  'going-away': 'going-away',
  'judged-dead': 'closed-by-peer',
  'protocol-error': 'protocol-error',
  'too-many-pings': 'too-many-pings',
  'handshake-timeout': 'handshake-timeout',
  rejected: 'rejected',
  incompatible: 'rejected',
  superseded: 'superseded',
  'app-stalled': 'app-stalled',
  unknown: 'closed-by-peer',
};

/** The cause that a CLOSE from the peer stands for. */
export function causeOfClose({ code }: CloseFrame): Cause {
  return CAUSE_OF_CLOSE[code];
}

/** Whether a CLOSE invites to finish what is under way, and to say goodbye as well. */
export function isGoodbye({ code }: CloseFrame): boolean {
  return code === 'normal' || code === 'going-away';
}

const CAUSE_OF_CODE: Readonly<Record<string, Cause>> = {
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'kernel-timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  EACCES: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
};

/** Codes of OpenSSL and Node that speak of a certificate, such as `CERT_HAS_EXPIRED` and `ERR_TLS_CERT_ALTNAME_INVALID`. */
const CERTIFICATE_CODE = /CERT|CRL|UNKNOWN_CA|LEAF_SIGNATURE|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/;

/** Codes of TLS that do not. Most are OpenSSL's reasons behind a prefix of Node's. */
const TLS_CODE = /^ERR_(SSL|TLS|OSSL|CRYPTO)_|^EPROTO$/;

/** The cause that an error of the operating system, or of TLS, stands for; `reset` for one that we do not know. */
export function causeOfTransportError({ code = '' }: TransportError): Cause {
  if (CERTIFICATE_CODE.test(code)) return 'bad-certificate';
  return CAUSE_OF_CODE[code] ?? (TLS_CODE.test(code) ? 'tls-failed' : 'reset');
}
