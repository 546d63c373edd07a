/** Two UDP sockets on this host, each for datagrams of the other alone. */

import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Bound to ports of their own, and connected: the kernel passes on what the other sends, and nothing else. */
export async function openUdpPair(): Promise<[Socket, Socket]> {
  const sockets: [Socket, Socket] = [createSocket('udp4'), createSocket('udp4')];
  const [one, other] = sockets;
  for (const socket of sockets) await once(socket.bind(0, '127.0.0.1'), 'listening');
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.connect(peer.address().port, '127.0.0.1');
    await once(socket, 'connect');
  }
  return sockets;
}
