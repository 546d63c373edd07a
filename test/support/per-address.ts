/** Peers at addresses of their own: all of 127.0.0.0/8 is this machine. */

import { once } from 'node:events';
import type { AddressInfo, Socket, TcpNetConnectOpts } from 'node:net';
import { createServer } from 'node:net';
import type { Server, TcpAddress } from '@systole/server';
import { onTestFinished } from 'vitest';
import { bytesOf, helloFrame, PREAMBLE, RawPeer } from './raw-peer.ts';

/** What a peer says that wants a session of its own. */
export const HELLO: Uint8Array = Buffer.concat([PREAMBLE, bytesOf(helloFrame())]);

/** Where peers go to: a server, or what stands in front of it. */
export type Door = Pick<Server, 'address'>;

/** A peer that has connected from there, and says nothing yet. */
export function connectFrom(localAddress: string, door: Door): Promise<RawPeer> {
  const way: TcpNetConnectOpts = { ...(door.address as TcpAddress), localAddress };
  return RawPeer.connect(way as TcpAddress);
}

/** A peer from there that has introduced itself and was let in. */
export async function openFrom(localAddress: string, door: Door): Promise<RawPeer> {
  const peer = await connectFrom(localAddress, door);
  peer.write(HELLO);
  await peer.next('welcome');
  return peer;
}

/** Where a port of the test's own listens: each socket that comes is given away. */
export async function listenFor(give: (socket: Socket) => void): Promise<TcpAddress> {
  const net = createServer(give).listen(0, '127.0.0.1');
  onTestFinished(() => void net.close());
  await once(net, 'listening');
  const { port, address: host } = net.address() as AddressInfo;
  return { port, host };
}
