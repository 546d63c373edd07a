/** Sockets of bare Node, plain or TLS. The certificates are those of the tests. */

import type { Server, Socket } from 'node:net';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { authority, certificate } from '../../support/certificates.ts';

/** What the connections are made of. */
export type Carrier = 'tcp' | 'tls';

/** The far end's, which the near one trusts. */
export const SERVER_TLS = certificate('server');

/** The near end's: dials an address, and knows the far end by name. */
export const CLIENT_TLS = { ca: authority(), servername: 'localhost' };

/** `begin` gets each socket when it is established. */
export function serveSockets(over: Carrier, begin: (socket: Socket) => void): Server {
  if (over === 'tcp') return createTcpServer(begin);
  return createTlsServer(SERVER_TLS, begin).on('tlsClientError', () => {});
}

/** The event of a socket that says that it is established. */
export function establishedBy(over: Carrier): 'connect' | 'secureConnect' {
  return over === 'tcp' ? 'connect' : 'secureConnect';
}

/** It is not established yet. */
export function dialSocket(over: Carrier, host: string, port: number): Socket {
  return over === 'tcp' ? connectTcp(port, host) : connectTls({ host, port, ...CLIENT_TLS });
}
