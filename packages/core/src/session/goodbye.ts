/** The goodbye of a session: what ours says, and how far the two ends have got with theirs. */

import type { CloseFrame } from '../words/frame.ts';

/** What a goodbye of ours says. */
export type Goodbye = Pick<CloseFrame, 'scope' | 'code' | 'retryAfterMs' | 'spreadMs' | 'reason'>;

/** What is meant by destroying: nothing of it is ever sent. */
export const FAREWELL: Goodbye = { scope: 'session', code: 'normal', retryAfterMs: 0, spreadMs: 0, reason: '' };

/** A goodbye under way. */
export class Closing {
  #goodbye: Goodbye;
  #said = false;
  #heard = false;

  constructor(goodbye: Goodbye) {
    this.#goodbye = goodbye;
  }

  /** Whether the session ends with it, and not only a connection. */
  get endsSession(): boolean {
    return this.#goodbye.scope === 'session';
  }

  /** Whether our CLOSE has left: it has named the last message that we take. */
  get isSaid(): boolean {
    return this.#said;
  }

  /** Whether somebody has said goodbye on the wire. */
  get hasBegun(): boolean {
    return this.#said || this.#heard;
  }

  get isDone(): boolean {
    return this.#said && this.#heard;
  }

  /** The first goodbye counts, except that one which ends the session is more than one that ends a connection. */
  join(goodbye: Goodbye): void {
    if (!this.endsSession && goodbye.scope === 'session') this.#goodbye = goodbye;
  }

  /** Ours, which leaves now. */
  say(lastAccepted: number): CloseFrame {
    this.#said = true;
    return { type: 'close', ...this.#goodbye, lastAccepted };
  }

  /** The peer's has come. */
  hear(): void {
    this.#heard = true;
  }
}
