import { describe, expect, it } from 'vitest';
import { causeOfTransportError } from '../src/rules/classify.ts';

describe('causeOfTransportError', () => {
  it.each([
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ETIMEDOUT', 'kernel-timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ECONNREFUSED', 'refused'],
    ['ENOTFOUND', 'dns'],
    ['CERT_HAS_EXPIRED', 'bad-certificate'],
    ['CERT_NOT_YET_VALID', 'bad-certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'bad-certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'bad-certificate'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'bad-certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'bad-certificate'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'bad-certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'bad-certificate'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'bad-certificate'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'bad-certificate'],
    ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', 'bad-certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-failed'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls-failed'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls-failed'],
    ['ERR_SSL_NO_SHARED_CIPHER', 'tls-failed'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'tls-failed'],
    ['EPROTO', 'tls-failed'],
    ['EWHATEVER', 'reset'],
    [undefined, 'reset'],
  ])('%s is %s', (code, cause) => {
    expect(causeOfTransportError({ code, syscall: undefined })).toBe(cause);
  });
});
