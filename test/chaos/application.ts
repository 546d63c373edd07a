/** The application of an end: keeps messages under way on every session, handles those of the peer, and writes it all down. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ErrorCode, Session, SystoleError } from '@systole/client';
import { NotHandledError } from '@systole/client';
import { JournalWriter } from './journal.ts';
import { Memory } from './memory.ts';
import type { Census, EndConfig, SessionCount } from './orders.ts';

/** What travels. A message that was handed back goes again as a new one, with a new id. */
interface Letter {
  readonly id: string;
  /** The id under which it was sent before. */
  readonly again: string | undefined;
  readonly padding: string;
}

/** Messages under way on one session, at each end: with both, twice as many as a fault needs. */
const WINDOW = 64;

/** Some messages are longer than a segment of TCP. */
const LONG_EVERY = 16;
const LONG_BYTES = 4_000;

/** How the peer's handler ends, by the number of the message: most return a receipt, at once. */
const REFUSED_EVERY = 13;
const WITHOUT_RESULT_EVERY = 7;
const LATER_EVERY = 5;

/** See the head of the file. */
export class Application {
  readonly memory: Memory = new Memory();
  readonly #incarnation: string;
  readonly #journal: JournalWriter;
  readonly #sessions = new Set<Session>();
  /** Handed back, to be sent again. */
  readonly #again: string[] = [];
  #sent = 0;
  #settled = 0;
  #handled = 0;
  #isResting = false;

  constructor({ folder, incarnation }: EndConfig) {
    this.#incarnation = incarnation;
    this.#journal = new JournalWriter(folder, incarnation);
  }

  /** Begins to send on this session, until it ends. */
  serve(session: Session): void {
    this.#sessions.add(session);
    session.on('end', () => this.#sessions.delete(session));
    for (let count = 0; count < WINDOW; count += 1) void this.#sendOneByOne(session);
  }

  /** Sends no more. */
  rest(): void {
    this.#isResting = true;
  }

  /** All promises of `send` are settled. */
  async settled(): Promise<void> {
    while (this.#settled < this.#sent) await nextTurn();
  }

  count(): Census {
    return { sent: this.#sent, settled: this.#settled, sessions: [...this.#sessions].map(countOf) };
  }

  async #sendOneByOne(session: Session): Promise<void> {
    while (!this.#isResting && this.#sessions.has(session)) {
      const code = await this.#send(session);
      if (code === 'ERR_CLOSED') return;
    }
  }

  /** Resolves when it is settled: with the code if it was rejected. */
  async #send(session: Session): Promise<ErrorCode | undefined> {
    this.#sent += 1;
    const id = `${this.#incarnation}/${this.#sent}`;
    const padding = this.#sent % LONG_EVERY === 0 ? '.'.repeat(LONG_BYTES) : '';
    const letter: Letter = { id, again: this.#again.shift(), padding };
    this.#journal.write({ type: 'sent', id });
    const peer = peerOf(session);
    try {
      const receipt = (await session.send(letter)) as string | undefined;
      this.#journal.write({ type: 'acknowledged', id, receipt, peer: String(peerOf(session)) });
      return undefined;
    } catch (error) {
      const { code } = error as SystoleError;
      const peerCode = error instanceof NotHandledError ? error.peerCode : undefined;
      this.#journal.write({ type: 'rejected', id, code, peerCode, peer });
      if (code === 'ERR_IN_DOUBT' || code === 'ERR_CLOSED') this.#again.push(id);
      return code;
    } finally {
      this.#settled += 1;
      this.memory.handleSettled(this.#settled);
    }
  }

  /** The handler of every session. */
  readonly handle = (message: unknown, session: Session): unknown => {
    const { id } = message as Letter;
    this.#handled += 1;
    const number = Number(id.slice(id.indexOf('/') + 1));
    const line = { type: 'handled', id, session: session.id } as const;
    if (number % REFUSED_EVERY === 0) {
      const thrown = `refused-${this.#handled}`;
      this.#journal.write({ ...line, thrown });
      throw Object.assign(new Error('the application refuses some messages'), { code: thrown });
    }
    // Nobody can guess it who has not asked this process.
    const receipt = number % WITHOUT_RESULT_EVERY === 0 ? undefined : `${this.#incarnation} took ${this.#handled}`;
    this.#journal.write({ ...line, receipt });
    return number % LATER_EVERY === 0 ? nextTurn(receipt) : receipt;
  };
}

/** The process at the other end, if it has introduced itself. */
function peerOf(session: Session): string | undefined {
  const incarnation = session.peer?.metadata['incarnation'];
  return incarnation === undefined ? undefined : String(incarnation);
}

function countOf(session: Session): SessionCount {
  const { id, epoch, state, queuedMessages, queuedBytes, unwrittenBytes } = session.inspect();
  return { id, epoch, isOpen: state === 'open', queuedMessages, queuedBytes, unwrittenBytes };
}
