/** A server and a client that are connected, and what both of them tell. */

import type { Client, ClientOptions, Session, SessionEvents } from '@systole/client';
import type { Server, ServerOptions } from '@systole/server';
import type { Address } from './ends.ts';
import { Tape } from './tape.ts';
import type { TransportName } from './transports.ts';
import { startClientOver, startServerOver } from './transports.ts';

export {
  type Address,
  FAST,
  freshPath,
  freshTarget,
  optionsFor,
  portOf,
  startClient,
  startServer,
} from './ends.ts';

/** An event as it was told. */
export type Told = {
  readonly [Name in keyof SessionEvents]: { type: Name; payload: SessionEvents[Name] };
}[keyof SessionEvents];

export const SESSION_EVENTS = [
  'connect',
  'suspect',
  'alive',
  'health',
  'appStalled',
  'dead',
  'disconnect',
  'reconnecting',
  'drain',
  'end',
] as const satisfies readonly (keyof SessionEvents)[];

/** All that a session tells from now on. */
export function record(session: Pick<Session, 'on'>): Tape<Told> {
  const tape = new Tape<Told>();
  for (const type of SESSION_EVENTS) session.on(type, (payload) => tape.push({ type, payload } as Told));
  return tape;
}

/** The names of events, in their order. */
export function namesOf(tape: Tape<Told>): string[] {
  return tape.items.map(({ type }) => type);
}

/** The payload of the one event of this name. */
export function payloadOf<Name extends keyof SessionEvents>(tape: Tape<Told>, name: Name): SessionEvents[Name] {
  const [first, ...others] = tape.all(({ type }) => type === name);
  if (first === undefined || others.length > 0) throw new Error(`not one ${name}, but: ${namesOf(tape).join(', ')}`);
  return first.payload as SessionEvents[Name];
}

/** Waits for the last event, unless it has been told already. */
export async function endOf(tape: Tape<Told>): Promise<SessionEvents['end']> {
  await tape.first(({ type }) => type === 'end');
  return payloadOf(tape, 'end');
}

/** Both ends of one session. */
export interface Pair {
  readonly server: Server;
  /** Where the client reaches it. */
  readonly address: Address;
  readonly client: Client;
  /** The server's end. */
  readonly session: Session;
  readonly clientTape: Tape<Told>;
  readonly serverTape: Tape<Told>;
}

/** A server and a client that are connected, over TCP unless it matters. */
export async function startPair(
  options: { server?: ServerOptions; client?: Partial<ClientOptions>; transport?: TransportName } = {},
): Promise<Pair> {
  const { transport = 'tcp' } = options;
  const { server, address } = await startServerOver(transport, options.server);
  const arrival = nextSession(server);
  const client = await startClientOver(transport, address, options.client);
  const clientTape = record(client);
  const [{ session, tape: serverTape }] = await Promise.all([arrival, client.ready()]);
  return { server, address, client, session, clientTape, serverTape };
}

/** The next session of a server, recorded from its first event on. */
export function nextSession(server: Server): Promise<{ readonly session: Session; readonly tape: Tape<Told> }> {
  return new Promise((resolve) => {
    server.once('session', (session) => resolve({ session, tape: record(session) }));
  });
}
