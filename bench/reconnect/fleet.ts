/** Clients that come back: Systole's by its default options, and a delay by hand, as it is often written. */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectSocket } from 'node:net';
import { connect } from '@systole/client';
import { LOOPBACK } from '../rivals/rival.ts';
import { sharedNow } from '../support/program.ts';

export interface Fleet {
  /** Connects one client, and tells each time that it is back, and when its attempt was due. */
  join(port: number, onReturn: (isResumed: boolean, dueAt: number) => void): Promise<void>;
}

/** After a connection is lost, and after an attempt that failed: the ceiling of Systole's first delay. */
export const FIXED_DELAY_MS = 3_000;

const systole: Fleet = {
  async join(port, onReturn) {
    const client = connect({ host: LOOPBACK, port });
    await client.ready();
    let dueAt = 0;
    client.on('reconnecting', ({ delayMs }) => {
      dueAt = sharedNow() + delayMs;
    });
    client.on('connect', ({ resumed }) => onReturn(resumed, dueAt));
  },
};

const fixedDelay: Fleet = {
  async join(port, onReturn) {
    const dial = (): Socket => {
      const socket = connectSocket({ host: LOOPBACK, port });
      socket.on('error', () => {});
      socket.on('close', () => {
        const dueAt = sharedNow() + FIXED_DELAY_MS;
        setTimeout(() => dial().on('connect', () => onReturn(false, dueAt)), FIXED_DELAY_MS);
      });
      return socket;
    };
    await once(dial(), 'connect');
  },
};

export const FLEETS = {
  'net, a fixed delay': fixedDelay,
  systole,
} as const satisfies Readonly<Record<string, Fleet>>;

export type FleetName = keyof typeof FLEETS;
