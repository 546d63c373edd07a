/** The socket on which a TLS connection runs. */

import { Socket } from 'node:net';

/**
 * The socket below a TLS socket that was made on one, by `tls.connect({ socket })` or by handing the socket to a `tls.Server`;
 * else the socket itself.
 *
 * A TLSSocket counts and shows whole records only. The bytes of one that is still coming are seen by the socket below
 * alone (L2), to which Node has no public way back, but has kept this one since version 0.10. Should it go, whole records
 * count as before, and a test tells.
 */
export function socketBelow(socket: Socket): Socket {
  const { _parent: below } = socket as { readonly _parent?: unknown };
  return below instanceof Socket ? below : socket;
}

/**
 * Bytes that have come for this socket, as far down as they can be counted: under TLS the raw ones, so that part of a record
 * counts. Where `tls.connect` has dialled itself there is no socket below, but the handle keeps the one that it stands on.
 * A socket that is gone may count less.
 */
export function receivedBytes(socket: Socket): number {
  const below = socketBelow(socket);
  if (below !== socket) return below.bytesRead;
  const { _handle: handle } = socket as {
    readonly _handle?: { readonly _parent?: { readonly bytesRead?: unknown } } | null;
  };
  const raw = handle?._parent?.bytesRead;
  return typeof raw === 'number' ? raw : socket.bytesRead;
}
