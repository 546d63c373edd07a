/** Whether several processes can listen at one port, and the kernel hands each connection to one of them. */

import type { ListenOptions } from 'node:net';

/** What a server of `node:net` is told; the types of older Nodes do not know the port that is shared. */
export interface ListenPlan extends ListenOptions {
  readonly reusePort?: boolean;
}

/** Node has `reusePort` from 22.12 on, but 23.0 was made before (nodejs/node#55408). An older one ignores it, and says nothing. */
export function knowsReusePort(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

/**
 * @throws Error with ENOTSUP, as the system throws where the kernel cannot share ports: what one Node refuses, none shall ignore.
 */
export function refuseUnknownReusePort({ reusePort }: ListenPlan, nodeVersion: string): void {
  if (reusePort !== true || knowsReusePort(nodeVersion)) return;
  const message = `Node ${nodeVersion} ignores reusePort, which came with 22.12 and 23.1`;
  throw Object.assign(new Error(message), { code: 'ENOTSUP' });
}
