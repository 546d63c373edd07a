/** One call of `send` and its promise. It is settled once, and with what the peer's handler has made of it. */

import type { Outcome } from '../../src/machines/inbox.ts';
import type { Parcel } from '../../src/machines/parcels.ts';
import type { Message } from './words.ts';
import { must } from './words.ts';

/** What became of a message: `closed` was handed back as never handled; `vanished` went with its process. `over`: whatever but `closed`. */
export type Fate = 'waiting' | 'acknowledged' | 'closed' | 'in doubt' | 'vanished' | 'over';

/** See the head of the file. */
export class Letter implements Parcel {
  readonly id: number;
  readonly message: Message;
  payload: Uint8Array;
  fate: Fate = 'waiting';
  /** Whether its last part was ever put. */
  wasSent = false;

  constructor(id: number, message: Message) {
    this.id = id;
    this.message = message;
    this.payload = payloadOf(id, message);
  }

  handled(value: Uint8Array | undefined): void {
    const expected = outcomeOf(this.id, this.message);
    must(
      expected.ok && String(expected.value) === String(value),
      () => `message ${this.id} is acknowledged with ${value}`,
    );
    this.settle('acknowledged');
  }

  refused(code: string, text: string): void {
    const expected = outcomeOf(this.id, this.message);
    must(
      !expected.ok && expected.code === code && expected.text === text,
      () => `message ${this.id} fails with ${code} ${text}`,
    );
    this.settle('acknowledged');
  }

  /** Handed back. */
  failed({ message }: Error): void {
    must(message !== 'in doubt' || this.wasSent, () => `message ${this.id} is in doubt, and was never sent`);
    this.settle(message === 'in doubt' ? 'in doubt' : 'closed');
  }

  /** The process is gone, and nobody waits any more. */
  vanish(): void {
    if (this.fate === 'waiting') this.settle('vanished');
  }

  /** How it was settled makes no difference any more; true if it is acknowledged by now. */
  forget(): boolean {
    const { fate } = this;
    if (fate !== 'waiting' && fate !== 'closed') this.fate = 'over';
    return fate === 'acknowledged';
  }

  private settle(fate: Fate): void {
    must(this.fate === 'waiting', () => `message ${this.id} is ${fate}, and was ${this.fate} before`);
    this.fate = fate;
    this.wasSent = true;
    this.payload = new Uint8Array(0);
  }
}

/** The bytes of a message say which it is. */
export function payloadOf(id: number, { bytes }: Message): Uint8Array {
  return new Uint8Array(bytes).fill(id);
}

/** What the handler makes of it: a value says for which message it is. */
export function outcomeOf(id: number, { answer }: Message): Outcome {
  if (answer === 'nothing') return { ok: true, value: undefined };
  if (answer === 'failure') return { ok: false, code: `${id}`, text: '' };
  return { ok: true, value: new Uint8Array(answer).fill(100 + id) };
}
