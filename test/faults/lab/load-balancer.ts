/** HAProxy as a load balancer in mode `tcp`, which cuts connections that have carried nothing for a while. */

import { run } from './command.ts';
import { interceptLinks } from './interception.ts';
import { LINKS } from './links.ts';
import { inside } from './namespaces.ts';

/** On the router, in front of the far host. It lives as long as the router does. */
export async function balanceLoad(router: string, farAddress: string, idleSeconds: number): Promise<void> {
  const [command = '', ...args] = inside(router);
  // It becomes a daemon, and the command ends, when it listens. It opens its standard input by name, for which that must be a pipe.
  await run(command, [...args, 'sh', '-c', 'cat | haproxy -D -f /dev/stdin'], configuration(farAddress, idleSeconds));
  await interceptLinks(router);
}

/** A server without a port is dialled at the port that was dialled. */
function configuration(farAddress: string, idleSeconds: number): string {
  const binds = LINKS.map(({ port }) => `  bind 0.0.0.0:${port}`);
  return `
defaults
  mode tcp
  timeout connect 2s
  timeout client ${idleSeconds}s
  timeout server ${idleSeconds}s
listen links
${binds.join('\n')}
  server far ${farAddress}
`;
}
