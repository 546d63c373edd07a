/** Connections that end at the router, and go on as others: what a proxy does that nobody has configured. */

import { LINKS } from './links.ts';
import { nft } from './nft.ts';

/** Whatever dials one of the links' ports comes to that port of the router instead; what the router itself dials does not. */
export async function interceptLinks(router: string): Promise<void> {
  const ports = LINKS.map(({ port }) => port);
  await nft(
    router,
    'add table ip interception',
    'add chain ip interception in { type nat hook prerouting priority dstnat; }',
    `add rule ip interception in tcp dport { ${ports.join(', ')} } redirect`,
  );
}
