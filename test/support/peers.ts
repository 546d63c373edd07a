/**
 * Program: any number of clients in one process, to be watched by someone else. Their own watch is off, so that a
 * connection ends only if the watcher ends it.
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectSocket, createServer } from 'node:net';
import type { Cause, Client } from '@systole/client';
import { connect } from '@systole/client';
import { heard, programConfig, say } from './program.ts';

/**
 * How a client reaches the watcher: directly; by a way on which what it sends takes {@link LONG_WAY_MS}; or through a gate,
 * at which what it sends can be held.
 */
export type Way = 'direct' | 'long' | 'gate';

/** What it is started with. */
export interface PeersConfig {
  readonly port: number;
  /** One client for each. The watcher finds it as the client's `metadata.way`. */
  readonly ways: readonly Way[];
  /** The watcher may send a PING so often. */
  readonly minPingIntervalMs: number;
  /** Where to connect sockets that send a byte each {@link TICK_MS}, and know nothing of Systole; and how many. */
  readonly tickerPort?: number;
  readonly tickers?: number;
}

/** What it says. */
export type FromPeers =
  /** Everyone is connected. */
  | { readonly type: 'connected' }
  /** Everyone has sent a message, and it was handled. */
  | { readonly type: 'spoken' }
  | { readonly type: 'ended'; readonly cause: Cause };

/** What it does. */
export type ToPeers =
  | { readonly type: 'speak' }
  /** Lets nothing through the gates any more, and opens them again. */
  | { readonly type: 'hold' }
  | { readonly type: 'release' };

const HOST = '127.0.0.1';
const TICK_MS = 50;
const LONG_WAY_MS = 30;

/** Bytes at the gates; undefined while they are open. */
let held: (() => void)[] | undefined;

function passGate(pass: () => void): void {
  if (held === undefined) pass();
  else held.push(pass);
}

function release(): void {
  const waiting = held ?? [];
  held = undefined;
  for (const pass of waiting) pass();
}

/** A relay to the watcher; `pass` decides when what is sent to it goes on. Returns its port. */
async function openRelay(port: number, pass: (goOn: () => void) => void): Promise<number> {
  const server = createServer((near) => {
    const far = connectSocket({ host: HOST, port, noDelay: true });
    near.setNoDelay(true);
    near.on('data', (chunk) => pass(() => far.write(chunk)));
    far.pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function startTicker(port: number): Promise<void> {
  const socket = connectSocket({ host: HOST, port, noDelay: true });
  await once(socket, 'connect');
  setInterval(() => socket.write('.'), TICK_MS);
}

const { port, ways, minPingIntervalMs, tickerPort, tickers = 0 } = programConfig<PeersConfig>();
const ports: Readonly<Record<Way, number>> = {
  direct: port,
  long: await openRelay(port, (goOn) => setTimeout(goOn, LONG_WAY_MS)),
  gate: await openRelay(port, passGate),
};
const clients = ways.map((way) => {
  const shared = { host: HOST, minPingInterval: minPingIntervalMs, reconnect: false } as const;
  const client = connect({ ...shared, port: ports[way], keepalive: false, metadata: { way } });
  client.on('end', ({ cause }) => say<FromPeers>({ type: 'ended', cause }));
  return client;
});
await Promise.all(clients.map((client: Client) => client.ready()));
if (tickerPort !== undefined) await Promise.all(Array.from({ length: tickers }, () => startTicker(tickerPort)));
say<FromPeers>({ type: 'connected' });

for (;;) {
  switch ((await heard<ToPeers>()).type) {
    case 'hold':
      held = [];
      break;
    case 'release':
      release();
      break;
    case 'speak':
      await Promise.all(clients.map((client) => client.send('here')));
      say<FromPeers>({ type: 'spoken' });
  }
}
