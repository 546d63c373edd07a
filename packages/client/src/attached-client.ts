/** A client on a socket that somebody else has opened: it has one connection, and lives as long. */

import type { Socket } from 'node:net';
import type { ClientSessionInit, EndExplanation } from './client-session.ts';
import { ClientSession, describeEnd } from './client-session.ts';
import type { AttachOptions } from './options.ts';
import { targetAddress } from './target.ts';

/** See the head of the file. */
export class AttachedClient extends ClientSession {
  readonly #handshakeTimeoutMs: number;
  readonly #now: () => number;

  constructor(init: ClientSessionInit) {
    super(init);
    this.#handshakeTimeoutMs = init.session.handshakeTimeoutMs;
    this.#now = () => init.parts.clock.now();
  }

  start(socket: Socket, { signal }: AttachOptions): void {
    const { remoteAddress: host, remotePort: port } = socket;
    const address = host === undefined || port === undefined ? 'unix' : targetAddress({ host, port });
    this.introduce(socket, address, this.#now() + this.#handshakeTimeoutMs);
    this.heed(signal);
  }

  protected override explainEnd(): EndExplanation {
    const { lastCause = 'closed-locally' } = this.inspect();
    return {
      where: '',
      text: describeEnd(lastCause, this.refusal === undefined ? [] : [this.refusal]),
      cause: undefined,
    };
  }
}
