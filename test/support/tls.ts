/** TLS peers made by hand, for servers with TLS. */

import { once } from 'node:events';
import type { NetConnectOpts } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import type { ServerOptions } from '@systole/server';
import type { CertificateName } from './certificates.ts';
import { authority, certificate } from './certificates.ts';
import type { Address } from './pair.ts';
import { RawPeer } from './raw-peer.ts';

/** A server's TLS, with a certificate that clients trust. */
export const SERVER_TLS: NonNullable<ServerOptions['tls']> = certificate('server');

/** ... and that wants one from them. */
export const MUTUAL_TLS: NonNullable<ServerOptions['tls']> = { ...SERVER_TLS, ca: authority(), requestCert: true };

/** What a TLS client needs at an address, with a certificate of its own or without. */
export function tlsOptions(address: Address | undefined, own?: CertificateName): ConnectionOptions {
  const mine = own === undefined ? {} : certificate(own);
  return { ...(address as NetConnectOpts), ...mine, servername: 'localhost', ca: authority() };
}

/** A raw peer behind TLS; nothing is said yet. */
export async function connectTlsPeer(options: ConnectionOptions): Promise<RawPeer & { readonly socket: TLSSocket }> {
  const peer = new RawPeer(connectTls(options));
  await once(peer.socket, 'secureConnect');
  return peer as RawPeer & { readonly socket: TLSSocket };
}
