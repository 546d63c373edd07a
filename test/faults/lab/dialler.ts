/** Program: dials when it is told to, and keeps what became of it. */

import process from 'node:process';
import { connect } from '@systole/client';
import { programConfig, say } from '../../support/program.ts';
import type { DialConfig, FromDialEnd, ToDialEnd } from './dial-ends.ts';
import { DNS_MS, HANDSHAKE_MS } from './links.ts';
import { Sightings } from './sighting.ts';
import { CLIENT_TLS, dialSocket, establishedBy } from './sockets.ts';

/** A plain socket says nothing when it is connected; Systole dials beside one. */
export type DiallerSpeech = 'nothing' | 'systole';

const { host, port, over, speaks } = programConfig<DialConfig<DiallerSpeech>>();
const sightings = new Sightings();

function dialPlainly(): void {
  const link = { watcher: 'node', load: 'dialling', port } as const;
  const socket = dialSocket(over, host, port);
  socket.on(establishedBy(over), () => {
    sightings.note(link, 'connect');
    say<FromDialEnd>({ type: 'connected' });
  });
  socket.on('error', ({ code, message }: NodeJS.ErrnoException) => sightings.note(link, code ?? message));
}

function dialSystole(): void {
  const link = { watcher: 'systole', load: 'dialling', port } as const;
  const timeouts = { dnsTimeout: DNS_MS, handshakeTimeout: HANDSHAKE_MS };
  const client = connect({ host, port, ...timeouts, tls: over === 'tls' && CLIENT_TLS, reconnect: false });
  client.on('connect', () => sightings.note(link, 'connect'));
  client.on('end', ({ cause, evidence }) => sightings.note(link, cause, evidence));
}

process.on('message', ({ type }: ToDialEnd) => {
  if (type === 'report') return say<FromDialEnd>({ type: 'report', sightings: sightings.all });
  dialPlainly();
  if (speaks === 'systole') dialSystole();
});
say<FromDialEnd>({ type: 'ready' });
