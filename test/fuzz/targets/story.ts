/** The events of one session: each only where it may come (L6). */

import type { Session, SessionEvents, SessionSnapshot } from '@systole/core';
import { expect } from '../failure.ts';
import { blames, expectLegalEnd } from './causes.ts';

const STATES: readonly string[] = ['connecting', 'open', 'closing', 'waiting', 'ended'];

/** See the head of the file. */
export class Story {
  readonly session: Session;
  /** The names, and the causes of endings. */
  readonly told: string[] = [];
  /** Why it has ended, or a connection of it, where that blames the peer. */
  blame: string | undefined;
  #isConnected = false;
  #isSuspect = false;
  #dead: SessionEvents['dead'] | undefined;
  #epoch = -1;
  #hasEnded = false;

  constructor(session: Session) {
    this.session = session;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  handleEvent(name: keyof SessionEvents | 'probe', payload: object): void {
    expect(!this.#hasEnded, () => `${name} was told behind end`);
    if (name !== 'probe') this.told.push(name);
    switch (name) {
      case 'connect':
        return this.#connect(payload as SessionEvents['connect']);
      case 'suspect':
        expect(this.#isConnected && !this.#isSuspect, 'suspect was told of a peer that is suspect, or not connected');
        this.#isSuspect = true;
        return;
      case 'alive':
        expect(this.#isConnected && this.#isSuspect, 'alive was told of a peer that was not suspect');
        this.#isSuspect = false;
        return;
      case 'dead':
        expect(this.#isConnected && this.#dead === undefined, 'dead was told of a peer that is not connected');
        this.#dead = payload as SessionEvents['dead'];
        return;
      case 'disconnect':
        return this.#disconnect(payload as SessionEvents['disconnect']);
      case 'end':
        return this.#end(payload as SessionEvents['end']);
      case 'probe':
      case 'health':
        return expect(this.#isConnected, () => `${name} was told without a connection`);
      default:
    }
  }

  /** What must hold whenever nothing happens. Gives back what it has looked at. */
  expectSound(): SessionSnapshot {
    const snapshot = this.session.inspect();
    const { state, queuedMessages, queuedBytes, unwrittenBytes, silenceMs, credit } = snapshot;
    expect(STATES.includes(state), () => `a session is ${state}`);
    expect((state === 'ended') === this.#hasEnded, () => `a session is ${state}, and end was told: ${this.#hasEnded}`);
    for (const count of [queuedMessages, queuedBytes, unwrittenBytes, silenceMs ?? 0]) {
      expect(count >= 0 && Number.isFinite(count), () => `a session that is ${state} has a count of ${count}`);
    }
    expect(!Number.isNaN(credit), 'a session has a credit that is no number');
    expect(!this.#hasEnded || queuedMessages + queuedBytes === 0, 'messages wait in a session that has ended');
    return snapshot;
  }

  #connect({ epoch }: SessionEvents['connect']): void {
    expect(!this.#isConnected, 'connect was told of a session that is connected');
    expect(epoch > this.#epoch, () => `connect was told for the epoch ${epoch} behind ${this.#epoch}`);
    this.#isConnected = true;
    this.#isSuspect = false;
    this.#epoch = epoch;
  }

  #disconnect({ epoch, cause, evidence }: SessionEvents['disconnect']): void {
    expect(this.#isConnected && epoch === this.#epoch, () => `disconnect was told for the epoch ${epoch}`);
    expect(this.#dead === undefined || this.#dead.cause === cause, 'dead and disconnect have different causes');
    expectLegalEnd(cause, evidence);
    this.#note(cause);
    this.#isConnected = false;
    this.#dead = undefined;
  }

  #end({ cause, evidence }: SessionEvents['end']): void {
    expect(!this.#isConnected, 'end was told of a session that is connected');
    expectLegalEnd(cause, evidence);
    this.#note(cause);
    this.#hasEnded = true;
  }

  #note(cause: string): void {
    this.told.push(cause);
    if (blames(cause)) this.blame ??= cause;
  }
}
