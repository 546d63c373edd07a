/** The sockets of a client library that does not show them. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Hears of a socket that has just been made, and is not connected yet. */
type Hear = (socket: Socket) => void;

/** Who dials, in whatever comes of it, reconnecting included. */
const dialling = new AsyncLocalStorage<Hear>();

/** Where Node tells of each socket that `net.connect` makes. */
const CHANNEL = 'net.client.socket';

let listeners = 0;

/**
 * Runs `open`, which makes a client connect, and returns what that returns. Each socket that the client makes from then on,
 * when it connects and whenever it reconnects, is told to `hear`, before it is connected.
 *
 * Node tells of sockets on the channel `net.client.socket`: of those that `net.connect` makes, of those that `tls.connect` dials
 * itself since Node 22 only, and of none that is made by `new Socket()`. Which of them are this client's is known from the
 * asynchronous context, which a client keeps in its timers and events.
 *
 * The second value stops the hearing. What `open` throws is thrown on, and nothing is heard then.
 */
export function socketsOf<Result>(
  open: () => Result,
  hear: (socket: Socket) => void,
): [result: Result, stop: () => void] {
  let isStopped = false;
  const hearWhile: Hear = (socket) => {
    if (!isStopped) hear(socket);
  };
  if (listeners === 0) subscribe(CHANNEL, pass);
  listeners += 1;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    listeners -= 1;
    if (listeners === 0) unsubscribe(CHANNEL, pass);
  };
  try {
    return [dialling.run(hearWhile, open), stop];
  } catch (error) {
    stop();
    throw error;
  }
}

function pass(message: unknown): void {
  dialling.getStore()?.((message as { socket: Socket }).socket);
}
