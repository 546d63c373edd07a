// Mutual TLS: each end shows a certificate and believes only what our own authority has signed. `authenticate` then
// judges who it is, by the certificate and by what the client says of itself; the reason of a Rejection is told to the client.
//
// Run:     npm run build && node examples/dist/tls.js
// You see:
//
//   the server lets in sensor 7
//   a certificate and its token: connected, the server answered { heard: { temperature: 21 } }
//   a certificate and a wrong token: rejected, this is not the token of sensor 7
//   no certificate: rejected, the client's certificate is not accepted: CERT_MISSING
//   an authority that we do not trust: bad-certificate, …

import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientOptions } from '@systole/client';
import { connect } from '@systole/client';
import type { Authenticate } from '@systole/server';
import { createServer, Rejection } from '@systole/server';

/** In the sources: the program lies in dist. */
const read = (name: string): Buffer => readFileSync(new URL(`../support/certificates/${name}`, import.meta.url));

const TOKENS: Readonly<Record<string, string>> = { 'sensor 7': 'a token that sensor 7 was given' };

/** Compared by these in constant time: nobody finds out a token character by character, nor how long it is. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const authenticate: Authenticate = ({ certificate, credentials }) => {
  // Whether it is valid has been found by then; a subject is an array where it names several.
  const name = String(certificate?.subject.CN);
  const token = TOKENS[name];
  const isRight =
    token !== undefined && typeof credentials === 'string' && timingSafeEqual(digest(credentials), digest(token));
  if (!isRight) throw new Rejection(`this is not the token of ${name}`);
  console.log(`the server lets in ${name}`);
  return name;
};

const ca = read('ca.crt');
const server = createServer({
  tls: { ca, cert: read('server.crt'), key: read('server.key'), requestCert: true },
  authenticate,
  onMessage: (message) => ({ heard: message }),
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

/** Connects once, and tells how that went. */
async function visit(what: string, options: Partial<ClientOptions>): Promise<void> {
  const client = connect({ host: 'localhost', port, reconnect: false, ...options });
  const ended = client.next('end');
  const isIn = await client.ready().then(
    () => true,
    () => false,
  );
  if (isIn) {
    console.log(`${what}: connected, the server answered`, await client.send({ temperature: 21 }));
    await client.close();
  } else {
    const { cause, evidence } = await ended;
    console.log(`${what}: ${cause}, ${evidence.detail}`);
  }
}

const mine = { ca, cert: read('sensor-7.crt'), key: read('sensor-7.key') };
await visit('a certificate and its token', { tls: mine, credentials: TOKENS['sensor 7'] });
await visit('a certificate and a wrong token', { tls: mine, credentials: 'a guess' });
await visit('no certificate', { tls: { ca } });
await visit('an authority that we do not trust', { tls: true });
await server.close();
