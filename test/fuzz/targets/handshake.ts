/** Target: one connection of either role from its first byte to the end of its handshake, or of itself. */

import type { Ending, Frame, Hello, Welcome } from '@systole/core';
import { Connection, resolveSessionOptions } from '@systole/core';
import { ManualClock } from '@systole/testing';
import { expect } from '../failure.ts';
import type { Input, Step } from '../input.ts';
import { expectLegalEnd } from './causes.ts';
import { expectPlain } from './decoder.ts';
import { Line } from './line.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const config = resolveSessionOptions({ handshakeTimeout: HANDSHAKE_TIMEOUT_MS, appStallTimeout: false });
const STANDING = { boot: 'ours', epoch: 1, resumeMs: 120_000, received: 0, settled: 0, credit: 65_536, metadata: {} };
const HELLO = { ...STANDING, session: '', token: '', credentials: undefined };

/** Gives back what it has seen: what was written, and how it ended. */
export function runHandshake({ role, handler, steps }: Input): string {
  const stage = new Stage(role, handler === 'prompt');
  for (const step of steps) stage.perform(step);
  return stage.finish();
}

class Stage {
  readonly #clock = new ManualClock();
  readonly #line: Line = new Line({ handleFrame: (frame) => this.#handleWritten(frame) });
  readonly #connection: Connection;
  readonly #isServer: boolean;
  /** Whether it is let in at once. */
  readonly #isPrompt: boolean;
  readonly #seen: string[] = [];
  #introductions = 0;
  #establishments = 0;
  #ending: Ending | undefined;

  constructor(role: 'client' | 'server', isPrompt: boolean) {
    this.#isServer = role === 'server';
    this.#isPrompt = isPrompt;
    const init = { config, codecName: 'msgpack', handshakeDeadline: HANDSHAKE_TIMEOUT_MS };
    const parts = { clock: this.#clock, random: () => 0 };
    const all = this.#isServer
      ? ({ ...init, role, epoch: 0 } as const)
      : ({ ...init, role, epoch: 1, hello: HELLO } as const);
    this.#connection = new Connection(parts, all, this, (listener) => this.#line.attach(listener));
  }

  perform(step: Step): void {
    if ('bytes' in step) this.#line.receive(step.bytes);
    else if ('wait' in step) this.#clock.advance(step.wait);
    else if (step.act === 'answer') this.#accept();
    else if (step.act === 'fail') this.#connection.refuse({ code: 'rejected', reason: 'not today' });
    else if (step.act === 'fin') this.#line.receiveFin();
    else if (step.act === 'reset') this.#line.cut();
    else if (step.act === 'destroy') this.#connection.destroy('closed-locally');
    this.#expectSound();
  }

  /** However long a peer thinks: by the deadline it is in, or gone. */
  finish(): string {
    // Behind its end no alarm is left, so nothing would happen.
    if (this.#ending === undefined) this.#clock.advance(2 * HANDSHAKE_TIMEOUT_MS);
    this.#expectSound();
    expect(this.#ending !== undefined || this.#connection.isOpen, 'a handshake goes on behind its deadline');
    const outcome = this.#ending === undefined ? 'open' : this.#describe(this.#ending);
    this.#connection.destroy('closed-locally');
    this.#expectSound();
    expect(this.#ending !== undefined, 'a connection that was destroyed has not ended');
    return `${this.#isServer} ${this.#seen.join(' ')} ${outcome}`;
  }

  #describe({ cause, evidence }: Ending): string {
    return `${cause} ${(evidence.detail ?? '').replaceAll(/\d+/g, '#')}`;
  }

  #accept(): void {
    const identity = { ...STANDING, session: 's1', token: 't1' };
    if (this.#isServer && this.#introductions === 1) this.#connection.accept(this, identity);
  }

  #handleWritten({ type }: Frame): void {
    this.#seen.push(type);
    if (this.#isServer) expect(this.#introductions > 0 || type === 'close', `${type} was written before HELLO came`);
  }

  /** What must hold whenever nothing happens. */
  #expectSound(): void {
    const { isGone, receivedBytes, position } = this.#line;
    expect(isGone === (this.#ending !== undefined), 'a connection and its socket disagree whether it has ended');
    expect(this.#ending === undefined || this.#clock.alarmsSet === 0, 'an alarm is left behind the end');
    expect(!this.#isServer || receivedBytes > 4 || position === 0, 'a stranger was answered');
    expectPlain(undefined);
  }

  // What the connection tells.

  handleHello(hello: Hello): void {
    this.#introductions += 1;
    expect(this.#isServer && this.#introductions === 1, 'HELLO was told where none could be');
    expectPlain(hello.metadata);
    expectPlain(hello.credentials);
    if (this.#isPrompt) this.#accept();
  }

  establish(_terms: unknown, peer: Hello | Welcome): void {
    this.#establishments += 1;
    expect(this.#establishments === 1, 'a connection was established twice');
    expectPlain(peer.metadata);
  }

  handleOpen(): void {
    expect(this.#establishments === 1, 'a connection was opened before it was established');
  }

  handleEnd(ending: Ending): void {
    expect(this.#ending === undefined, 'a connection has ended twice');
    expectLegalEnd(ending.cause, ending.evidence);
    this.#ending = ending;
  }

  handleFrame({ type }: Frame): void {
    expect(this.#establishments === 1, `${type} was told before the handshake was over`);
  }

  handlePong(): void {}
  handleGoodbye(): void {}
  handleTiding(): void {}
  handleTurnEnd(): void {}
  pong(number: number): Frame & { readonly type: 'pong' } {
    return { type: 'pong', number };
  }
  nextFrame(): undefined {}
}
