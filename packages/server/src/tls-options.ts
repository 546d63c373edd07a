/** Options of TLS: node:tls's own, apart from what is decided elsewhere; all that can be wrong with them is known before a socket opens. */

import { X509Certificate } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import type { OptionProblem } from '@systole/core';
import { findTextsWithoutPem, flawOfTls } from '@systole/core/internal';

/** The options of `createServer` of `node:tls`, without those that the server decides. */
export type TlsServerOptions = Omit<TlsOptions, 'handshakeTimeout' | 'allowHalfOpen' | 'pauseOnConnect'>;

/** Why an option of node:tls is not one of ours. */
const DECIDED_ELSEWHERE: Readonly<Record<Exclude<keyof TlsOptions, keyof TlsServerOptions>, string>> = {
  handshakeTimeout: 'left out: the handshakeTimeout of the server covers TLS, too',
  allowHalfOpen: 'left out: a goodbye needs half-open sockets',
  pauseOnConnect: 'left out: the server reads from the start',
};

/** Where a server can have its certificates from. */
const SOURCES = ['cert', 'pfx', 'SNICallback', 'pskCallback'] as const;

/** What is wrong with the option `tls`: with its shape first, and if that is right, in the eyes of OpenSSL. */
export function findTlsProblems(tls: unknown): OptionProblem[] {
  if (tls === undefined) return [];
  if (typeof tls !== 'object' || tls === null || Array.isArray(tls)) {
    return [{ path: 'tls', requirement: 'an object as createServer of node:tls takes it', value: tls, isSecret: true }];
  }
  const options = tls as Readonly<Record<string, unknown>>;
  const problems = [
    ...findMisplaced(options),
    ...findMissing(options),
    ...findTextsWithoutPem(options, ['cert', 'key']),
    ...findForeignAuthorities(options['ca']),
  ];
  return problems.length > 0 ? problems : findUnusable(options);
}

function findMisplaced(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  return Object.entries(DECIDED_ELSEWHERE)
    .filter(([name]) => options[name] !== undefined)
    .map(([name, requirement]) => ({ path: `tls.${name}`, requirement, value: options[name] }));
}

/** Node would listen without a certificate, or without its key, and fail at every handshake. */
function findMissing(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const { cert, key, privateKeyIdentifier } = options;
  if (SOURCES.every((source) => options[source] === undefined)) {
    return [{ path: 'tls', requirement: `given a certificate by one of ${SOURCES.join(', ')}`, value: options }];
  }
  if (cert !== undefined && key === undefined && privateKeyIdentifier === undefined) {
    return [{ path: 'tls.key', requirement: 'given beside tls.cert', value: key }];
  }
  return [];
}

/** Node would take anything for an authority, and trust nobody. */
function findForeignAuthorities(ca: unknown): OptionProblem[] {
  return (
    [ca]
      .flat()
      .filter((authority) => authority !== undefined && !isCertificate(authority))
      // Should it be a key by mistake, it is not for everybody.
      .map((value) => ({
        path: 'tls.ca',
        requirement: 'a certificate, or an array of certificates: what is in the file, and not its path',
        value,
        isSecret: true,
      }))
  );
}

function isCertificate(bytes: unknown): boolean {
  try {
    return new X509Certificate(bytes as string) !== undefined;
  } catch {
    return false;
  }
}

function findUnusable(options: TlsOptions): OptionProblem[] {
  try {
    createTlsServer(options);
    return [];
  } catch (error) {
    return [
      { path: 'tls', requirement: `something that node:tls can use (it says: ${flawOfTls(error)})`, value: options },
    ];
  }
}
