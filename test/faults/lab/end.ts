/**
 * Program: one end of all links. The far one listens, the near one dials; both do what they are ordered, and keep what
 * their connections are told until they are asked for it.
 */

import { once } from 'node:events';
import process from 'node:process';
import { connect } from '@systole/client';
import { createServer } from '@systole/server';
import { programConfig, say } from '../../support/program.ts';
import type { Conversation } from './conversation.ts';
import type { Link } from './links.ts';
import { LINKS } from './links.ts';
import { talkPlainly } from './plain-conversation.ts';
import type { Sighting } from './sighting.ts';
import { Sightings } from './sighting.ts';
import type { Carrier } from './sockets.ts';
import { CLIENT_TLS, dialSocket, establishedBy, SERVER_TLS, serveSockets } from './sockets.ts';
import { optionsFor, Reader, talkSystole } from './systole-conversation.ts';

/** What it is started with. */
export interface EndConfig {
  /** The address to dial, or the own address to listen at. */
  readonly host: string;
  readonly role: 'dials' | 'listens';
  readonly over: Carrier;
  /** Of Systole's triple. */
  readonly idleMs: number;
  /** Systole's option. */
  readonly idleLimits: readonly number[];
}

/** What it says. */
export type FromEnd =
  /** The far end listens. */
  | { readonly type: 'listening' }
  /** All links are established. */
  | { readonly type: 'connected' }
  | { readonly type: 'report'; readonly sightings: readonly Sighting[] };

/** What it does. */
export type ToEnd =
  | { readonly type: 'report' }
  /** Does nothing at all for so long. */
  | { readonly type: 'block'; readonly ms: number }
  /** Those of {@link Conversation}. */
  | { readonly type: keyof Conversation };

const { host, role, over, idleMs, idleLimits } = programConfig<EndConfig>();
const sightings = new Sightings();
const reader = new Reader();
const options = { ...optionsFor(idleMs, reader), idleLimits };
const conversations: Conversation[] = [];

function begin(conversation: Conversation): void {
  conversations.push(conversation);
  if (conversations.length === LINKS.length) say<FromEnd>({ type: 'connected' });
}

async function listen(link: Link): Promise<void> {
  const { port } = link;
  if (link.watcher === 'systole') {
    const server = createServer({ ...options, ...(over === 'tls' && { tls: SERVER_TLS }) });
    server.on('session', (session) => begin(talkSystole(session, link, sightings, reader)));
    await server.listen({ host, port });
  } else {
    const server = serveSockets(over, (socket) => begin(talkPlainly(socket, link, sightings)));
    await once(server.listen(port, host), 'listening');
  }
}

async function dial(link: Link): Promise<void> {
  const { port } = link;
  if (link.watcher === 'systole') {
    const client = connect({ ...options, host, port, reconnect: false, tls: over === 'tls' && CLIENT_TLS });
    await client.ready();
    begin(talkSystole(client, link, sightings, reader));
  } else {
    const socket = dialSocket(over, host, port);
    await once(socket, establishedBy(over));
    begin(talkPlainly(socket, link, sightings));
  }
}

process.on('message', (order: ToEnd) => {
  switch (order.type) {
    case 'report':
      return say<FromEnd>({ type: 'report', sightings: sightings.all });
    case 'block':
      // Like an endless loop, but leaves the processor to others.
      return void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
    default:
      for (const conversation of conversations) conversation[order.type]();
  }
});

await Promise.all(LINKS.map(role === 'listens' ? listen : dial));
if (role === 'listens') say<FromEnd>({ type: 'listening' });
