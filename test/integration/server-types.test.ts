/** Checked by `npm run typecheck`: at run time these expectations do nothing. */

import type { Socket } from 'node:net';
import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type {
  Authenticate,
  CloseOptions,
  PeerCertificate,
  PeerIntroduction,
  Server,
  ServerLimits,
  ServerOptions,
  ServerSnapshot,
} from '@systole/server';
import { createServer } from '@systole/server';
import { describe, expectTypeOf, it } from 'vitest';

/** Never called: its mistakes are for the compiler. */
export function mistakes(server: Server, socket: Socket): void {
  // @ts-expect-error the handshakeTimeout of the server covers TLS, too
  createServer({ tls: { handshakeTimeout: 1_000 } });
  // @ts-expect-error a misspelt option of TLS
  createServer({ tls: { certificate: '' } });
  // @ts-expect-error nobody has said this of himself
  createServer({ authenticate: ({ username }) => username });
  // @ts-expect-error no unit
  createServer({ maxConnectionAge: '30' });
  // @ts-expect-error a number of connections
  createServer({ maxConnections: '1m' });
  // @ts-expect-error one address is a list of one
  createServer({ proxyProtocol: { trust: '10.0.0.7' } });
  // @ts-expect-error a misspelt option
  void server.close({ drian: '1s' });
  // @ts-expect-error bytes, not a text
  server.attach(socket, { head: 'GET' });
  // @ts-expect-error an address is for listen
  server.attach({ port: 4711 });
  // @ts-expect-error a snapshot cannot be written to
  server.inspect().limits.maxConnections = 1;
}

describe('the types of a server', () => {
  it('take the options of node:tls, but for 3 that the server decides', () => {
    expectTypeOf<NonNullable<ServerOptions['tls']>>().toEqualTypeOf<
      Omit<TlsOptions, 'handshakeTimeout' | 'allowHalfOpen' | 'pauseOnConnect'>
    >();
    expectTypeOf<Parameters<Server['setSecureContext']>>().toEqualTypeOf<[options: SecureContextOptions]>();
    expectTypeOf<TLSSocket>().toExtend<Parameters<Server['attach']>[0]>();
  });

  it('show authenticate a peer, and let it take its time', () => {
    expectTypeOf<ServerOptions['authenticate']>().toEqualTypeOf<Authenticate | undefined>();
    expectTypeOf<Authenticate>().parameter(0).toEqualTypeOf<PeerIntroduction>();
    expectTypeOf<() => Promise<void>>().toExtend<Authenticate>();
    expectTypeOf<PeerIntroduction['credentials']>().toBeUnknown();
    expectTypeOf<PeerIntroduction['certificate']>().toEqualTypeOf<PeerCertificate | undefined>();
    expectTypeOf<PeerCertificate['subject']['CN']>().toEqualTypeOf<string | string[] | undefined>();
    expectTypeOf<PeerCertificate['validTo']>().toEqualTypeOf<Date>();
  });

  it('name 4 states and 4 limits', () => {
    expectTypeOf<ServerSnapshot['state']>().toEqualTypeOf<'idle' | 'listening' | 'closing' | 'closed'>();
    expectTypeOf<keyof ServerLimits>().toEqualTypeOf<
      'maxConnections' | 'maxConnectionsPerAddress' | 'maxHandshakes' | 'maxHandshakesPerAddress'
    >();
    expectTypeOf<keyof CloseOptions>().toEqualTypeOf<'drain' | 'retryAfter' | 'spread'>();
  });
});
