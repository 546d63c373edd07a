/** Sends RST, at once. */

import type { Socket } from 'node:net';

/**
 * Destroys the socket with an RST, whatever it still had to say. A Unix socket knows no RST: it is destroyed, which its
 * peer sees as ECONNRESET where bytes were left unread, and as an end where not.
 */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // A shutdown under way cannot be reset. Nothing is queued before it, so that it is done within a turn.
  const isShuttingDown = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (isShuttingDown) socket.once('finish', () => reset(socket));
  else if (isTcp(socket)) socket.resetAndDestroy();
  else socket.destroy();
}

function isTcp({ remoteFamily }: Socket): boolean {
  return remoteFamily !== undefined;
}
