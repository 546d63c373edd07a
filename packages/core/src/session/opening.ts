/** One connection until its handshake is over: all this goes with the handshake, and the connection stays. */

import type { HandshakeStep, Role } from '../machines/handshake.ts';
import { Handshake } from '../machines/handshake.ts';
import type { Hello, Offer, WireOffer } from '../rules/hello.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { Instant } from '../words/clock.ts';
import { ProtocolError } from '../words/errors.ts';
import type { Frame } from '../words/frame.ts';
import type { ConnectionInit } from './connection-owner.ts';

/** See the head of the file. */
export class Opening {
  /** By then it must be over (L10). */
  readonly deadline: Instant;
  readonly #offer: Offer;
  /** Ours. */
  readonly role: Role;
  readonly #handshake: Handshake;
  #isPreambleOver = false;
  #introduced: { readonly hello: Hello; readonly terms: Terms } | undefined;
  #heardAt: Instant | undefined;

  constructor({ role, config, codecName, handshakeDeadline }: ConnectionInit) {
    const { keepalive, minPingIntervalMs, maxMessageBytes, strict } = config;
    this.deadline = handshakeDeadline;
    this.#offer = { keepalive, minPingIntervalMs, maxMessageBytes, strict, codec: codecName };
    this.role = role;
    this.#handshake = new Handshake(role, this.#offer);
  }

  /** When the last byte came. */
  get heardAt(): Instant | undefined {
    return this.#heardAt;
  }

  /** Whether a client has yet to show that it speaks our protocol. */
  get isStranger(): boolean {
    return this.role === 'server' && !this.#isPreambleOver;
  }

  /** Server: what the client has said, and what follows from it; undefined until its HELLO has come. */
  get introduced(): { readonly hello: Hello; readonly terms: Terms } | undefined {
    return this.#introduced;
  }

  /**
   * What we offer, and who we are: the whole of HELLO or WELCOME. The offer is named field by field, as V8 makes a hidden
   * class for each object that begins with the spread of another, and goes on: 10 us and half a kilobyte.
   */
  introduce<Introduction extends object>(introduction: Introduction): WireOffer & Introduction {
    const { keepalive, minPingIntervalMs, maxMessageBytes, codec } = this.#offer;
    return { keepalive, minPingIntervalMs, maxMessageBytes, codec, ...introduction };
  }

  /** Takes a chunk. What is behind the preamble are `frames`. */
  handleBytes(chunk: Uint8Array, now: Instant): HandshakeStep {
    this.#heardAt = now;
    if (this.#isPreambleOver) return { type: 'frames', bytes: chunk };
    const step = this.#handshake.handleBytes(chunk);
    this.#isPreambleOver = step.type === 'frames';
    return step;
  }

  /** Takes a frame. @throws ProtocolError */
  handleFrame(frame: Frame): HandshakeStep {
    if (this.#introduced === undefined) {
      const step = this.#handshake.handleFrame(frame);
      if (step.type === 'hello') this.#introduced = step;
      return step;
    }
    if (frame.type === 'close') return { type: 'closed', frame };
    throw new ProtocolError(`${frame.type.toUpperCase()} came before WELCOME`);
  }
}
