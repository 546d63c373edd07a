/** Program: what the receivers are connected to. It sends them beats, and answers their probes. */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import process from 'node:process';
import { LOOPBACK } from '../rivals/rival.ts';
import { heard, programConfig, say } from '../support/program.ts';
import type { Load } from './load.ts';
import { FILLING, NEXT, PING, PONG } from './small-talk.ts';

/** What it says. */
export interface FromSender {
  readonly type: 'connected' | 'sent';
}

/** What it does. */
export type ToSender =
  /** So many connections to this port. */
  | { readonly type: 'connect'; readonly port: number; readonly connections: number }
  /** To the receiver with this port and process. */
  | { readonly type: 'send'; readonly port: number; readonly pid: number; readonly load: Load };

/** By the port to which they go. */
const sockets = new Map<number, Socket[]>();
/** The beat is there. */
let next = (): void => {};

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: LOOPBACK, port, noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.on('data', (talk: Buffer) => {
    for (const byte of talk) {
      if (byte === PING[0]) socket.write(PONG);
      if (byte === NEXT[0]) next();
    }
  });
  return socket;
}

/**
 * The receiver stands still while pieces are written: so all of a beat lies there when it wakes, and it reads each connection
 * once. Otherwise it would wake for some, or for each, as chance has it, and that is most of what they cost.
 */
async function beat(to: readonly Socket[], pid: number, piece: Uint8Array): Promise<void> {
  const isThere = new Promise<void>((resolve) => {
    next = resolve;
  });
  const isGathered = to.length > 1;
  if (isGathered) process.kill(pid, 'SIGSTOP');
  for (const socket of to) socket.write(piece);
  if (isGathered) process.kill(pid, 'SIGCONT');
  await isThere;
}

programConfig();
for (;;) {
  const order = await heard<ToSender>();
  const mine = sockets.get(order.port) ?? [];
  if (order.type === 'connect') {
    sockets.set(order.port, mine);
    for (let left = order.connections; left > 0; left -= 1) mine.push(await dial(order.port));
    say<FromSender>({ type: 'connected' });
  } else {
    const { connections, bytes, beats } = order.load;
    const piece = new Uint8Array(bytes).fill(FILLING);
    const to = mine.slice(0, connections);
    for (let left = beats; left > 0; left -= 1) await beat(to, order.pid, piece);
    say<FromSender>({ type: 'sent' });
  }
}
