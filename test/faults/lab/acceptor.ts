/** Program: listens, and keeps what becomes of those who come. */

import { once } from 'node:events';
import { createServer as createNetServer } from 'node:net';
import process from 'node:process';
import { createServer } from '@systole/server';
import { programConfig, say } from '../../support/program.ts';
import type { DialConfig, FromDialEnd, ToDialEnd } from './dial-ends.ts';
import { BACKLOG } from './dial-ends.ts';
import { HANDSHAKE_MS } from './links.ts';
import { Sightings } from './sighting.ts';

/** A mute one takes what comes, and says nothing. */
export type AcceptorSpeech = 'mute' | 'systole';

const { host, port, speaks } = programConfig<DialConfig<AcceptorSpeech>>();
const sightings = new Sightings();

if (speaks === 'systole') {
  const server = createServer({ handshakeTimeout: HANDSHAKE_MS });
  const link = { watcher: 'systole', load: 'dialling', port } as const;
  server.on('rejected', ({ cause, evidence }) => sightings.note(link, cause, evidence));
  await server.listen({ host, port });
} else {
  const server = createNetServer((socket) => void socket.resume().on('error', () => {}));
  await once(server.listen(port, host, BACKLOG), 'listening');
}

process.on('message', ({ type }: ToDialEnd) => {
  if (type === 'report') say<FromDialEnd>({ type: 'report', sightings: sightings.all });
});
say<FromDialEnd>({ type: 'ready' });
