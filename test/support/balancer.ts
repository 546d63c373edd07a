/** A balancer made by hand: a server that believes it, and the clients whom it tells of. */

import { setImmediate as nextCheck } from 'node:timers/promises';
import type { Server, ServerOptions } from '@systole/server';
import { startServer } from './pair.ts';
import { connectFrom, HELLO } from './per-address.ts';
import { line } from './proxy-headers.ts';
import type { RawPeer } from './raw-peer.ts';

/** Where it is. */
export const BALANCER = '127.0.0.2';

/** A server that believes the balancer. */
export function startBehind(options: ServerOptions = {}): Promise<Server> {
  return startServer({ keepalive: false, proxyProtocol: { trust: [BALANCER] }, ...options });
}

/** A connection of the balancer's for a client that is there, and says this behind the header. */
export async function relay(server: Server, source: string, behind: Uint8Array = HELLO): Promise<RawPeer> {
  const peer = await connectFrom(BALANCER, server);
  peer.write(line(`PROXY TCP${source.includes(':') ? '6 ' : '4 '}${source} ${source} 51234 443`), behind);
  return peer;
}

/** Sends byte by byte, each in a turn of the loop of its own. */
export async function drip(
  peer: { write(bytes: Uint8Array): unknown },
  ...chunks: readonly Uint8Array[]
): Promise<void> {
  for (const byte of Buffer.concat(chunks)) {
    peer.write(Uint8Array.of(byte));
    await nextCheck();
    await nextCheck();
  }
}
