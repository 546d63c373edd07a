/** One connection of an attacker: a bare socket that says what it likes, and hears what it likes. */

import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Frame } from '@systole/core';
import { FrameDecoder } from '@systole/core';
import { bytesOf, hello, PREAMBLE } from './phrases.ts';

/** The server has ended the connection, or whoever attacks has: what was to come does not. */
export class GoneError extends Error {}

/** The largest frame that is understood. */
const MAX_FRAME_BYTES = 2 ** 20;

/** See the head of the file. */
export class Assailant {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder(MAX_FRAME_BYTES);
  /** Bytes of the server's preamble that are still to come. */
  #preambleLeft = PREAMBLE.length;
  readonly #frames: Frame[] = [];
  #wake: (() => void) | undefined;
  /** Settled when the socket is gone. */
  readonly gone: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    this.gone = new Promise((resolve) => {
      const end = (): void => {
        this.#wake?.();
        resolve();
      };
      // After some errors of `reset`, Node tells no 'close'.
      socket.on('error', end);
      socket.on('close', end);
    });
  }

  /** Connects from a host of this machine. @throws GoneError if nobody takes it. */
  static async connect(port: number, localAddress: string): Promise<Assailant> {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', () => reject(new GoneError()));
    });
    return new Assailant(socket);
  }

  /** Leaves to the socket's queue whatever the kernel does not take. */
  write(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) if (this.#socket.writable) this.#socket.write(chunk);
  }

  send(...frames: readonly Frame[]): void {
    this.write(bytesOf(...frames));
  }

  /** Introduces itself and waits for the server's WELCOME. @throws GoneError if that does not come. */
  async enter(fields?: Readonly<Record<string, unknown>>): Promise<Extract<Frame, { readonly type: 'welcome' }>> {
    this.write(PREAMBLE, bytesOf(hello(fields)));
    return await this.next('welcome');
  }

  /** The next frame of this type; all others before it are forgotten. @throws GoneError */
  async next<Type extends Frame['type']>(type: Type): Promise<Extract<Frame, { readonly type: Type }>> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame?.type === type) return frame as Extract<Frame, { readonly type: Type }>;
      if (frame !== undefined) continue;
      if (this.#socket.destroyed) throw new GoneError();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Reads no more: what the server says stays in our kernel and its own, and then in its memory. Nor is its end seen. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Reads what has come meanwhile. */
  readAgain(): void {
    this.#socket.resume();
  }

  /** Whether there is still somebody to talk to. */
  get isGone(): boolean {
    return this.#socket.destroyed;
  }

  /** Goes with an RST, as soon as all is written. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Goes at once. */
  leave(): void {
    this.#socket.destroy();
  }

  #take(chunk: Uint8Array): void {
    const rest = chunk.subarray(Math.min(this.#preambleLeft, chunk.length));
    this.#preambleLeft -= chunk.length - rest.length;
    this.#decoder.push(rest);
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) this.#frames.push(frame);
    this.#wake?.();
  }
}
