/** Boxes that keep a memory of the flows through them: a stateful firewall, and a NAT. */

import { tune } from './namespaces.ts';
import { nft } from './nft.ts';

/**
 * The router passes only flows whose beginning it has seen, and forgets one after so many seconds without a packet. To be called
 * before the flows begin.
 */
export async function forgetIdleFlows(router: string, seconds: number): Promise<void> {
  await nft(
    router,
    'add table inet memory',
    'add chain inet memory path { type filter hook forward priority 0; }',
    'add rule inet memory path ct state established accept',
    'add rule inet memory path tcp flags & (fin | syn | rst | ack) == syn accept',
    'add rule inet memory path meta l4proto tcp drop',
  );
  await tune(router, {
    'netfilter/nf_conntrack_tcp_loose': 0, // what is not known is not learned from the middle of a flow
    'netfilter/nf_conntrack_tcp_timeout_established': seconds,
  });
}

/** The near host is behind a NAT: whoever it talks to sees the address of the router, which forgets as a firewall does. */
export async function translateAddresses(router: string, seconds: number): Promise<void> {
  await nft(
    router,
    'add table ip translation',
    'add chain ip translation out { type nat hook postrouting priority srcnat; }',
    'add rule ip translation out oifname far0 masquerade',
  );
  await forgetIdleFlows(router, seconds);
}
