/** Listening, also where a killed process has left its socket file behind. */

import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import type { Server as NetServer } from 'node:net';
import { connect as connectSocket } from 'node:net';
import process from 'node:process';
import type { ListenPlan } from './reuse-port.ts';
import { refuseUnknownReusePort } from './reuse-port.ts';

/**
 * Resolves when it listens, or was closed before it did. Rejects with the system's error.
 *
 * A file of a Unix socket outlives the process that was killed, and the next one would find the address in use. It is
 * removed if nobody answers there; what is no socket, or is answered, stays.
 */
export async function startListening(net: NetServer, options: ListenPlan): Promise<void> {
  refuseUnknownReusePort(options, process.versions.node);
  try {
    await listenOnce(net, options);
  } catch (error) {
    const { path } = options;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' || path === undefined || !(await isAbandoned(path))) throw error;
    await unlink(path).catch(() => {}); // what is wrong with it, listening will tell
    await listenOnce(net, options);
  }
}

async function listenOnce(net: NetServer, options: ListenPlan): Promise<void> {
  const waiting = new AbortController();
  try {
    net.listen(options);
    // Closed before it listened, it tells 'close' alone.
    await Promise.race(['listening', 'close'].map((event) => once(net, event, { signal: waiting.signal })));
  } finally {
    waiting.abort();
  }
}

/** Whether this is the file of a socket at which nobody listens. A regular file refuses connections as well. */
async function isAbandoned(path: string): Promise<boolean> {
  const isSocket = await lstat(path).then(
    (file) => file.isSocket(),
    () => false, // not there, or an abstract name, which dies with its process
  );
  return isSocket && (await connectError(path)) === 'ECONNREFUSED';
}

async function connectError(path: string): Promise<string | undefined> {
  const socket = connectSocket({ path });
  try {
    await once(socket, 'connect');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
  }
}
