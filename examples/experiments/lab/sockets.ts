/** The sockets of this process. Systole keeps its own to itself, but Node shows each one to whoever asks, before it is connected. */

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const sockets = new Set<Socket>();

function keep(message: unknown): void {
  const { socket } = message as { readonly socket: Socket };
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}

subscribe('net.client.socket', keep);
subscribe('net.server.socket', keep);

/** Both ends of the one connection to a port of this machine, whose server is in this process, too. */
export function socketsAt(port: number): { readonly ours: Socket; readonly peers: Socket } {
  const all = [...sockets];
  const ours = all.find(({ remotePort }) => remotePort === port);
  const peers = all.find(({ localPort }) => localPort === port);
  if (ours === undefined || peers === undefined) throw new Error(`there is no connection to port ${port}`);
  return { ours, peers };
}
