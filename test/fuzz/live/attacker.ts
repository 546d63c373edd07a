/** One hostile connection to a live server: what its input says is written as it says, and then it goes, in one way or another. */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Input } from '../input.ts';

/** Waits are cut to this: the deadlines of the server have their tests in virtual time. */
const MAX_WAIT_MS = 5;
/** Whom the server has not closed by then goes by itself. */
const PATIENCE_MS = 1_000;

/** How a peer leaves. */
const LEAVES = ['destroy', 'end', 'reset', 'stay'] as const;

/** Resolves when the connection is gone. `how` is which way of leaving it takes. */
export async function attack(port: number, { steps }: Input, how: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  // A server may refuse, and reset: that is its affair.
  socket.on('error', () => {});
  socket.resume();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (const step of steps) {
    if (socket.destroyed || socket.writableEnded) break;
    if ('wait' in step) await delay(Math.min(step.wait, MAX_WAIT_MS));
    else if ('bytes' in step) await write(step.bytes, socket);
    else if ('act' in step && step.act === 'fin') socket.end();
    else if ('act' in step && step.act === 'reset') reset(socket);
  }
  const leave = LEAVES[how % LEAVES.length];
  if (leave === 'end') socket.end();
  else if (leave === 'reset') reset(socket);
  else if (leave === 'destroy') socket.destroySoon();
  const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
  await closed;
  clearTimeout(timer);
}

/** Node sends FIN first where something waits to be written, libuv resets nothing behind a FIN, and nobody then tells of the end. */
function reset(socket: Socket): void {
  if (socket.writableEnded || socket.writableLength > 0 || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** Writes, and waits where the kernel has enough. */
async function write(bytes: Uint8Array, socket: Socket): Promise<void> {
  if (socket.write(bytes) || socket.destroyed) return;
  await Promise.race([once(socket, 'drain').catch(() => {}), new Promise((resolve) => socket.once('close', resolve))]);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
