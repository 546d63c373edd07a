/** Which sockets can be given to us by those who opened them. */

import { Socket } from 'node:net';
import { SystoleError } from '../words/errors.ts';

/** What a socket must be, and how to tell that it is not; the first that fails is named. */
const REQUIREMENTS: readonly (readonly [requirement: string, isBroken: (socket: Socket) => boolean, found: string])[] =
  [
    ['open', (socket) => socket.destroyed, 'one that is destroyed'],
    ['connected', (socket) => socket.connecting, 'one that is still connecting: wait for its connect event'],
    ['open both ways', (socket) => socket.readableEnded, "one that has had the peer's FIN"],
    ['open both ways', (socket) => !socket.writable, 'one on which end() was called'],
    ['unread', (socket) => socket.readableLength > 0, 'one with unread bytes: read them, and give them as head'],
    [
      'flowing or untouched',
      (socket) => socket.readableFlowing === false,
      'one that is paused: call resume() just before',
    ],
    ['without a reader', (socket) => socket.listenerCount('readable') > 0, "one with a 'readable' listener"],
    ['a stream of bytes', (socket) => socket.readableEncoding !== null, 'one with an encoding'],
  ];

/**
 * Checks a socket that somebody else has opened, and makes it half-open, as a goodbye goes on after the peer's FIN.
 *
 * @throws SystoleError with `ERR_SOCKET` that says what is wrong with it. Nothing was changed then.
 */
export function takeOver(socket: Socket): void {
  if (!(socket instanceof Socket)) throw refuse('a Socket of node:net or node:tls', 'something else');
  for (const [requirement, isBroken, found] of REQUIREMENTS) if (isBroken(socket)) throw refuse(requirement, found);
  socket.allowHalfOpen = true;
}

function refuse(requirement: string, found: string): SystoleError {
  return new SystoleError('ERR_SOCKET', `socket must be ${requirement}, got ${found}`);
}
