/** A server and its clients on real sockets, with a heartbeat fast enough for tests. All is gone when the test is over. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, ClientOptions, Session, SessionEvents } from '@systole/client';
import { connect } from '@systole/client';
import type { Server, ServerOptions, TcpAddress, TcpTarget, UnixAddress, UnixTarget } from '@systole/server';
import { createServer } from '@systole/server';
import { onTestFinished } from 'vitest';
import { Tape } from './tape.ts';

/** The verdict comes within 500 ms of the last evidence: 200 + 3 x 100. */
export const FAST = { idle: 200, interval: 100, probes: 3 } as const;

/** Both ends watch each other with {@link FAST}, and accept it. */
const FAST_OPTIONS = { keepalive: FAST, minPingInterval: 100 } as const;

/** What both ends can be connected over. */
export const TRANSPORTS = ['tcp', 'unix'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** A place to listen at. */
export type Target = Exclude<TcpTarget, number> | UnixTarget;

/** Where somebody listens. */
export type Address = TcpAddress | UnixAddress;

/** A place where nobody listens yet. */
export async function freshTarget(transport: TransportName = 'tcp'): Promise<Target> {
  return transport === 'tcp' ? { port: 0, host: '127.0.0.1' } : { path: await freshPath() };
}

/** A path for a Unix socket, in a directory that is removed when the test is over. */
export async function freshPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'systole-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, `${randomUUID().slice(0, 8)}.sock`);
}

/** The client's way to where a server listens. */
export function optionsFor(address: Address | undefined): ClientOptions {
  if (address === undefined) throw new Error('the server does not listen');
  return 'path' in address ? { path: address.path } : { host: address.host, port: address.port };
}

/** A listening server. */
export async function startServer(options: ServerOptions = {}, target?: Target): Promise<Server> {
  const server = createServer({ ...FAST_OPTIONS, ...options });
  onTestFinished(async () => {
    for (const session of server.sessions) session.destroy();
    await server.close();
  });
  await listenAt(server, target ?? (await freshTarget()));
  return server;
}

/** Listens on TCP or a Unix socket: `listen` wants to know which. */
export function listenAt(server: Server, target: Target): Promise<Address> {
  return 'path' in target ? server.listen(target) : server.listen(target);
}

/** A client that has begun to connect. It does not come back unless `options` say so. */
export function startClient(options: ClientOptions): Client {
  const client = connect({ ...FAST_OPTIONS, reconnect: false, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

/** An event as it was told. */
export type Told = {
  readonly [Name in keyof SessionEvents]: { type: Name; payload: SessionEvents[Name] };
}[keyof SessionEvents];

export const SESSION_EVENTS = [
  'connect',
  'suspect',
  'alive',
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
  readonly client: Client;
  /** The server's end. */
  readonly session: Session;
  readonly clientTape: Tape<Told>;
  readonly serverTape: Tape<Told>;
}

/** A server and a client that are connected. */
export async function startPair(
  options: { server?: ServerOptions; client?: Partial<ClientOptions>; transport?: TransportName } = {},
): Promise<Pair> {
  const server = await startServer(options.server, await freshTarget(options.transport));
  const arrival = nextSession(server);
  const client = startClient({ ...optionsFor(server.address), ...options.client });
  const clientTape = record(client);
  const [{ session, tape: serverTape }] = await Promise.all([arrival, client.ready()]);
  return { server, client, session, clientTape, serverTape };
}

/** The next session of a server, recorded from its first event on. */
export function nextSession(server: Server): Promise<{ readonly session: Session; readonly tape: Tape<Told> }> {
  return new Promise((resolve) => {
    server.once('session', (session) => resolve({ session, tape: record(session) }));
  });
}
