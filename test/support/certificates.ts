/** The certificates of the tests, as node:tls takes them. See certificates/README.md. */

import { readFileSync } from 'node:fs';

/** The files stay where they are when this one is compiled into `test/dist/support`. */
const FOLDER = new URL(
  import.meta.url.includes('/dist/support/') ? '../../support/certificates/' : './certificates/',
  import.meta.url,
);

/** Those that have a key. */
export type CertificateName =
  | 'server'
  | 'renewed-server'
  | 'other-name-server'
  | 'expired-server'
  | 'other-ca-server'
  | 'client'
  | 'expired-client'
  | 'other-ca-client';

/** A certificate and its key. */
export function certificate(name: CertificateName): { readonly cert: string; readonly key: string } {
  return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
}

/** The certificate of an authority: the one that tests trust, or the one that nobody does. */
export function authority(name: 'ca' | 'other-ca' = 'ca'): string {
  return read(`${name}.crt`);
}

function read(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8');
}
