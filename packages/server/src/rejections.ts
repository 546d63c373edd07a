/** Tells of connections that did not become a session: to whoever subscribes, to the log, to the server. */

import type { Evidence, NamedEnd } from '@systole/core';
import type { SessionParts } from '@systole/core/internal';
import { publishRejected } from '@systole/core/internal';
import type { RejectedEvent } from './api.ts';
import { RejectionLog } from './rejection-log.ts';

/** Evidence of a socket at which nobody has looked. */
const UNSEEN = {
  epoch: 0,
  phase: 'handshake',
  silenceMs: undefined,
  probesSent: 0,
  rttMs: undefined,
  stallMs: undefined,
  syscall: undefined,
  hint: undefined,
} as const satisfies Partial<Evidence>;

/** See the head of the file. */
export class Rejections {
  readonly #log: RejectionLog;
  readonly #handle: (event: RejectedEvent) => void;
  #count = 0;

  constructor({ clock, logger }: SessionParts, handle: (event: RejectedEvent) => void) {
    this.#handle = handle;
    this.#log = new RejectionLog(clock, logger);
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  tell(event: RejectedEvent, level: 'debug' | 'warn' = 'warn'): void {
    this.#count += 1;
    publishRejected(event);
    this.#log.add(event, level);
    this.#handle(event);
  }

  /** Of a socket that was destroyed before it cost more than itself. */
  tellUnseen(address: string, { cause, code, detail }: NamedEnd, level?: 'debug'): void {
    this.tell({ address, cause, evidence: { ...UNSEEN, code, detail } }, level);
  }

  /** Writes what is left of the log. */
  finish(): void {
    this.#log.finish();
  }
}
