/** Rules of a namespace for the packets that pass through it. */

import { run } from './command.ts';
import { inside } from './namespaces.ts';

/** Applies these lines of nftables' language, all or none. */
export async function nft(namespace: string, ...lines: readonly string[]): Promise<void> {
  const [command = '', ...args] = inside(namespace);
  await run(command, [...args, 'nft', '-f', '-'], `${lines.join('\n')}\n`);
}
