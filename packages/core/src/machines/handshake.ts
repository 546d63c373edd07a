/** HELLO and WELCOME: from the first byte to agreed terms (L10, W1, W3). One class for both ends; no I/O. */

import type { Hello, Offer, Welcome } from '../rules/hello.ts';
import { decodeHello, decodeWelcome } from '../rules/hello.ts';
import type { Terms } from '../rules/negotiate.ts';
import { IncompatibleError, negotiate } from '../rules/negotiate.ts';
import { encodeUnsupported, PreambleReader } from '../rules/preamble.ts';
import { describeStranger } from '../rules/stranger.ts';
import type { Cause } from '../words/cause.ts';
import type { CloseCode, CloseFrame, Frame } from '../words/frame.ts';
import { WIRE_VERSION } from '../words/frame.ts';

/** Who speaks first is the client; all else is the same for both. */
export type Role = 'client' | 'server';

/** What a step of the handshake led to. */
export type HandshakeStep =
  /** More bytes are needed. */
  | { readonly type: 'wait' }
  /** The preamble is over; what follows are frames. */
  | { readonly type: 'frames'; readonly bytes: Uint8Array }
  /** Server: the client has introduced itself; it waits for WELCOME or CLOSE. */
  | { readonly type: 'hello'; readonly hello: Hello; readonly terms: Terms }
  /** Client: the server has accepted. */
  | { readonly type: 'welcome'; readonly welcome: Welcome; readonly terms: Terms }
  /** Client: the server has refused. */
  | { readonly type: 'closed'; readonly frame: CloseFrame }
  /** We refuse. `answer` are bytes, and `close` a code, to send before the connection is destroyed. */
  | {
      readonly type: 'refuse';
      readonly cause: Cause;
      readonly detail: string;
      readonly answer?: Uint8Array;
      readonly close?: CloseCode;
    };

/** One handshake. Throws ProtocolError for malformed maps and frames out of order. */
export class Handshake {
  readonly #role: Role;
  readonly #offer: Offer;
  readonly #preamble: PreambleReader;

  constructor(role: Role, offer: Offer) {
    this.#role = role;
    this.#offer = offer;
    this.#preamble = new PreambleReader(role);
  }

  /** Takes bytes until the preamble is over. */
  handleBytes(chunk: Uint8Array): HandshakeStep {
    const seen = this.#preamble.push(chunk);
    switch (seen.state) {
      case 'incomplete':
        return { type: 'wait' };
      case 'stranger':
        // It gets no answer: whatever we said would be wrong in its protocol (W1).
        return { type: 'refuse', cause: 'not-our-protocol', detail: describeStranger(chunk) };
      case 'unsupported':
        return {
          type: 'refuse',
          cause: 'rejected',
          detail: `the peer speaks wire version ${seen.spoken.join(', ')} only`,
        };
      case 'version':
        return seen.version === WIRE_VERSION ? { type: 'frames', bytes: seen.rest } : this.#refuseVersion(seen.version);
    }
  }

  #refuseVersion(version: number): HandshakeStep {
    const detail = `the peer asks for wire version ${version}, we speak ${WIRE_VERSION}`;
    if (this.#role === 'client') return { type: 'refuse', cause: 'protocol-error', detail };
    return { type: 'refuse', cause: 'rejected', detail, answer: encodeUnsupported([WIRE_VERSION]) };
  }

  /** Takes the first frame. */
  handleFrame(frame: Frame): HandshakeStep {
    if (this.#role === 'server' && frame.type === 'hello') return this.#handleHello(decodeHello(frame.body));
    if (this.#role === 'client' && frame.type === 'welcome') return this.#handleWelcome(decodeWelcome(frame.body));
    if (this.#role === 'client' && frame.type === 'close') return { type: 'closed', frame };
    const wanted = this.#role === 'server' ? 'HELLO' : 'WELCOME';
    return {
      type: 'refuse',
      cause: 'protocol-error',
      detail: `${frame.type.toUpperCase()} came where ${wanted} was due`,
      close: 'protocol-error',
    };
  }

  #handleHello(hello: Hello): HandshakeStep {
    return this.#agree(hello, (terms) => ({ type: 'hello', hello, terms }));
  }

  #handleWelcome(welcome: Welcome): HandshakeStep {
    return this.#agree(welcome, (terms) => ({ type: 'welcome', welcome, terms }));
  }

  #agree(theirs: Hello | Welcome, step: (terms: Terms) => HandshakeStep): HandshakeStep {
    try {
      return step(negotiate(this.#offer, theirs));
    } catch (error) {
      if (!(error instanceof IncompatibleError)) throw error;
      return { type: 'refuse', cause: 'rejected', detail: error.message, close: 'incompatible' };
    }
  }
}
