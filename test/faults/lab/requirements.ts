/** What the laboratory needs of a machine. */

import process from 'node:process';
import { run } from './command.ts';
import { add, freshName, remove } from './namespaces.ts';

/** What is missing here, for people; empty if nothing is. */
export async function missing(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return ['Linux'];
  if (process.getuid?.() !== 0) return ['root'];
  const tools = await Promise.all([
    lacks('ip', ['-V'], 'ip (Debian: iproute2)'),
    lacks('nft', ['-v'], 'nft (Debian: nftables)'),
    lacks('haproxy', ['-v'], 'haproxy (Debian: haproxy)'),
  ]);
  const missingTools = tools.filter((tool) => tool !== undefined);
  return missingTools.length > 0 ? missingTools : await missingInKernel();
}

async function lacks(command: string, args: readonly string[], name: string): Promise<string | undefined> {
  try {
    await run(command, args);
    return undefined;
  } catch {
    return name;
  }
}

/** Being root is not enough in a container that may not make namespaces, or on a kernel without what we use. */
async function missingInKernel(): Promise<readonly string[]> {
  const name = freshName(process.pid);
  try {
    await add(name);
    await run('ip', ['-n', name, 'link', 'add', 'name', 'one', 'type', 'veth', 'peer', 'name', 'other']);
    await run('ip', ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'probe']);
    return [];
  } catch (error) {
    return [`network namespaces, veth and nftables: ${(error as Error).message.trim()}`];
  } finally {
    await remove(name).catch(() => {}); // it may never have come to be
  }
}
