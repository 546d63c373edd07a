/** Which sockets can be given to us by those who opened them. */

import { Socket } from 'node:net';
import { SystoleError } from '../words/errors.ts';
import { isAttached } from './socket-transport.ts';

/** One thing that a socket must be. */
interface Requirement {
  readonly be: string;
  readonly fails: (socket: Socket) => boolean;
  /** What was found instead. */
  readonly found: string;
}

/** The first that fails is named. */
const REQUIREMENTS: readonly Requirement[] = [
  { be: 'open', fails: (socket) => socket.destroyed, found: 'one that is destroyed' },
  { be: 'free', fails: isAttached, found: 'one that is attached already' },
  {
    be: 'connected',
    fails: ({ pending }) => pending,
    found: 'one that is not, or not yet: wait for its connect event',
  },
  { be: 'open both ways', fails: (socket) => socket.readableEnded, found: "one that has had the peer's FIN" },
  { be: 'open both ways', fails: (socket) => !socket.writable, found: 'one on which end() was called' },
  {
    be: 'unread',
    fails: (socket) => socket.readableLength > 0,
    found: 'one with unread bytes: read them, and give them as head',
  },
  {
    be: 'without a reader',
    fails: (socket) => socket.listenerCount('readable') > 0,
    found: "one with a 'readable' listener",
  },
  {
    be: 'flowing or untouched',
    fails: (socket) => socket.readableFlowing === false,
    found: 'one that is paused: call resume() just before',
  },
  { be: 'a stream of bytes', fails: (socket) => socket.readableEncoding !== null, found: 'one with an encoding' },
];

/**
 * Checks a socket that somebody else has opened, and makes it half-open, as a goodbye goes on after the peer's FIN. `head`
 * are bytes that have been read from it already: whoever reads on begins with them.
 *
 * @throws SystoleError with `ERR_SOCKET` that says what is wrong with it. Nothing was changed then.
 */
export function takeOver(socket: Socket, head?: Uint8Array): void {
  if (!(socket instanceof Socket)) throw refuse('a Socket of node:net or node:tls', 'something else');
  const broken = REQUIREMENTS.find(({ fails }) => fails(socket));
  if (broken !== undefined) throw refuse(broken.be, broken.found);
  socket.allowHalfOpen = true;
  if (head === undefined || head.length === 0) return;
  socket.pause(); // if it flows, a listener that its owner has left there would take them
  socket.unshift(head);
}

function refuse(requirement: string, found: string): SystoleError {
  return new SystoleError('ERR_SOCKET', `socket must be ${requirement}, got ${found}`);
}
