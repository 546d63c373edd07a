/** What most people write: a deadline by setTimeout, set anew by each byte. For comparison with what we do. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { sharedNow } from './program.ts';

/** Watches sockets, all with one deadline: those that connect to it, and those that it is given. */
export class NaiveWatcher {
  /** When it has judged a peer dead. */
  readonly verdicts: number[] = [];
  /** How many of these verdicts stood when it looked again after one poll phase. */
  confirmed = 0;
  readonly #deadlineMs: number;
  readonly #greet: (socket: Socket) => void;

  constructor(deadlineMs: number, greet: (socket: Socket) => void = () => {}) {
    this.#deadlineMs = deadlineMs;
    this.#greet = greet;
  }

  /** Returns its port. */
  async listen(host: string): Promise<number> {
    const server = createServer((socket) => {
      this.watch(socket);
      this.#greet(socket);
    });
    server.listen(0, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  watch(socket: Socket): void {
    let heard = 0;
    let deadline: NodeJS.Timeout | undefined;
    const set = (): void => {
      clearTimeout(deadline);
      deadline = setTimeout(judge, this.#deadlineMs);
    };
    const judge = (): void => {
      this.verdicts.push(sharedNow());
      const heardBefore = heard;
      setImmediate(() => {
        if (heard === heardBefore) this.confirmed += 1;
      });
      set();
    };
    socket.on('data', () => {
      heard += 1;
      set();
    });
    socket.on('error', () => {});
    socket.on('close', () => clearTimeout(deadline));
    set();
  }
}
