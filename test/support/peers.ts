/**
 * Program: any number of clients in one process, to be watched by someone else. Their own watch is off, so that a
 * connection ends only if the watcher ends it; and then they come back.
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectSocket, createServer } from 'node:net';
import type { Client } from '@systole/client';
import { connect } from '@systole/client';
import type { Gap } from './lost-time.ts';
import { LostTime } from './lost-time.ts';
import { heard, programConfig, say } from './program.ts';
import { HOLD } from './sluice.ts';

/**
 * How a client reaches the watcher: directly; by a way on which what it sends takes {@link LONG_WAY_MS}; or through a sluice,
 * at which what it sends can be held.
 */
export type Way = 'direct' | 'long' | 'sluice';

/** What it is started with. */
export interface PeersConfig {
  /** For all of them; the watcher finds it as `metadata.name`. Default: `peers`. */
  readonly name?: string;
  /** One client for each; the watcher finds it as `metadata.way`. */
  readonly ways: readonly Way[];
  /** The watcher may send a PING so often. */
  readonly minPingIntervalMs: number;
}

/** What it says. */
export type FromPeers =
  | { readonly type: 'started' }
  /** Everyone is connected. */
  | { readonly type: 'connected' }
  /** Everyone has sent a message, and it was handled. */
  | { readonly type: 'spoken' }
  /** The times in which it could not run. */
  | { readonly type: 'gaps'; readonly gaps: readonly Gap[] };

/** What it does. */
export type ToPeers =
  /**
   * Connects all to the watcher at `port`; and so many `tickers`, sockets that know nothing of Systole and send a byte each
   * {@link TICK_MS}. On any of them the watcher may give orders to the sluices.
   */
  | { readonly type: 'connect'; readonly port: number; readonly tickerPort?: number; readonly tickers?: number }
  | { readonly type: 'speak' }
  | { readonly type: 'tell-gaps' };

const HOST = '127.0.0.1';
const TICK_MS = 50;
const LONG_WAY_MS = 30;

/** Bytes at the sluices; undefined while they are open. */
let held: (() => void)[] | undefined;

function passSluice(pass: () => void): void {
  if (held === undefined) pass();
  else held.push(pass);
}

function orderSluices(order: string): void {
  const waiting = held ?? [];
  held = order.endsWith(HOLD) ? [] : undefined;
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
  socket.on('data', (chunk) => orderSluices(chunk.toString()));
  setInterval(() => socket.write('.'), TICK_MS);
}

const { name = 'peers', ways, minPingIntervalMs } = programConfig<PeersConfig>();
const clients: Client[] = [];
const lostTime = new LostTime();

async function connectAll(port: number): Promise<void> {
  const ports: Readonly<Record<Way, number>> = {
    direct: port,
    long: await openRelay(port, (goOn) => setTimeout(goOn, LONG_WAY_MS)),
    sluice: await openRelay(port, passSluice),
  };
  // Who was judged comes back soon, for the next time.
  const reconnect = { base: 50, cap: 50 };
  const shared = { host: HOST, keepalive: false, minPingInterval: minPingIntervalMs, reconnect } as const;
  clients.push(...ways.map((way) => connect({ ...shared, port: ports[way], metadata: { name, way } })));
  await Promise.all(clients.map((client) => client.ready()));
}

say<FromPeers>({ type: 'started' });
for (;;) {
  const order = await heard<ToPeers>();
  switch (order.type) {
    case 'connect': {
      const { port, tickerPort = 0, tickers = 0 } = order;
      await connectAll(port);
      await Promise.all(Array.from({ length: tickers }, () => startTicker(tickerPort)));
      say<FromPeers>({ type: 'connected' });
      break;
    }
    case 'speak':
      await Promise.all(clients.map((client) => client.send('here')));
      say<FromPeers>({ type: 'spoken' });
      break;
    case 'tell-gaps':
      say<FromPeers>({ type: 'gaps', gaps: lostTime.gaps.splice(0) });
  }
}
