/** Two sessions of Systole, in this process, with the sockets beneath them, and what ours is told. */

import type { Client, ClientOptions } from '@systole/client';
import { connect } from '@systole/client';
import type { Session } from '@systole/server';
import { createServer } from '@systole/server';
import { inBrackets, reasonsOf } from '../../support/evidence.ts';
import type { Column } from './column.ts';
import type { Side } from './experiment.ts';
import type { Ends } from './plain-pair.ts';
import { socketsAt } from './sockets.ts';

/** A connection, from both sides, and the sessions on top of it. */
export interface SystoleEnds extends Ends {
  readonly session: Client;
  readonly peerSession: Session;
}

/** How our end behaves. */
export interface SystoleOptions {
  /** Answers a message of the peer, after it has been told. */
  readonly answer?: () => unknown;
}

/** Large enough for every message of the experiments. */
const MAX_MESSAGE_BYTES = 16_777_216;

/** Connects, acts, and waits until our session is over. Nobody watches anybody: what is told is what the socket's end alone tells. */
export function systolePair(act: (ends: SystoleEnds) => Promise<void> | void, { answer }: SystoleOptions = {}): Side {
  return async (column) => {
    const server = createServer({ keepalive: false, maxMessageBytes: MAX_MESSAGE_BYTES, onMessage: () => undefined });
    column.atEnd(() => server.close());
    const arrived = server.next('session');
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const session = connectOnce(column, {
      port,
      keepalive: false,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      onMessage: (message) => {
        column.tell(`message: ${describeMessage(message)}`);
        return answer?.();
      },
    });
    const ended = tellSession(column, session);
    await session.ready();
    const peerSession = await arrived;
    await act({ ...socketsAt(port), column, session, peerSession });
    await ended;
  };
}

/** A client that does not come back, so that one connection has one end. */
export function connectOnce(column: Column, options: ClientOptions): Client {
  const session = connect({ host: '127.0.0.1', reconnect: false, ...options });
  column.atEnd(() => session.destroy());
  return session;
}

/** Tells what a session is told, from now on. Resolves when it is over. */
export async function tellSession(column: Column, session: Client): Promise<void> {
  session.on('suspect', () => column.tell('suspect'));
  session.on('dead', ({ cause }) => column.tell(`dead: ${cause}`));
  session.on('disconnect', (event) => column.tell(`disconnect: ${event.cause}${inBrackets(reasonsOf(event))}`));
  await session.next('end');
}

/** Sends a message, and tells what becomes of it. */
export async function tellSend(column: Column, session: Session, message: unknown): Promise<void> {
  try {
    await session.send(message);
    column.tell('send: handled by the peer');
  } catch (error) {
    column.tell(`send: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function describeMessage(message: unknown): string {
  return message instanceof Uint8Array ? `${message.length} bytes` : String(message);
}
