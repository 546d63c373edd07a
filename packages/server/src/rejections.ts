/** Tells of connections that did not become a session: to whoever subscribes, to the log, to the server. */

import type { Evidence, Logger, NamedEnd, SessionParts } from '@systole/core';
import { publishRejected } from '@systole/core/node';
import type { RejectedEvent } from './api.ts';
import { FloodLog } from './flood-log.ts';
import type { ServerLimits } from './options.ts';

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

/** Over these a crowd may be, of which not each is worth a line. */
const CROWDED: ReadonlySet<string | undefined> = new Set<keyof ServerLimits>([
  'maxConnections',
  'maxConnectionsPerAddress',
  'maxHandshakes',
  'maxHandshakesPerAddress',
]);

/** See the head of the file. */
export class Rejections {
  readonly #logger: Logger;
  readonly #floodLog: FloodLog<RejectedEvent>;
  readonly #handle: (event: RejectedEvent) => void;
  #count = 0;

  constructor({ clock, logger }: SessionParts, handle: (event: RejectedEvent) => void) {
    this.#logger = logger;
    this.#handle = handle;
    this.#floodLog = new FloodLog(clock, (last, count) =>
      logger.warn({ ...last, count }, 'connections over the limit'),
    );
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  tell(event: RejectedEvent, level: 'debug' | 'warn' = 'warn'): void {
    this.#count += 1;
    publishRejected(event);
    if (CROWDED.has(event.evidence.code)) this.#floodLog.add(event);
    else this.#logger[level](event, 'connection rejected');
    this.#handle(event);
  }

  /** Of a socket that was destroyed before it cost more than itself. */
  tellUnseen(address: string, { cause, code, detail }: NamedEnd, level?: 'debug'): void {
    this.tell({ address, cause, evidence: { ...UNSEEN, code, detail } }, level);
  }

  /** Writes what is left of the log. */
  finish(): void {
    this.#floodLog.finish();
  }
}
