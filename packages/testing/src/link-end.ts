/** One end of a simulated TCP connection: the socket, and the kernel below it. */

import type { Transport, TransportError, TransportListener } from '@systole/core';
import type { Chunking } from './chunking.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { SendQueue } from './send-queue.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { Wire } from './wire.ts';

/** The kernel repeats an acknowledgement for as long as the peer asks. */
const FOR_EVER = Number.POSITIVE_INFINITY;

/** What has gone in one direction. */
export interface Traffic {
  /** Calls of `write`: as many system calls would a socket have made. */
  readonly writes: number;
  /** Bytes that `write` has taken. */
  readonly writtenBytes: number;
  /** Bytes that the peer's process has read. */
  readonly readBytes: number;
}

/** What an end is made of. */
export interface LinkEndParts {
  /** The process that this end belongs to. */
  readonly clock: SimulatedClock;
  /** The way to the peer. */
  readonly wire: Wire;
  /** How we are given what we read. */
  readonly chunking: Chunking;
  /** How much we may have written that the peer's process has not read: all kernel buffers on the way. */
  readonly bufferBytes: number;
}

/** The transport at one end of a `SimulatedLink`. It is used like a `SocketTransport`: {@link attach}, then write. */
export class LinkEnd implements Transport {
  readonly #parts: LinkEndParts;
  readonly #traffic = { writes: 0, writtenBytes: 0, readBytes: 0 };
  #peer: LinkEnd = this; // until it is joined
  #listener: TransportListener | undefined;
  /** `vanished`: the host is gone, and its kernel with it. */
  #state: 'open' | 'closed' | 'vanished' = 'open';
  #error: TransportError | undefined;

  readonly #queue = new SendQueue();
  /** Bytes that our kernel has taken and the peer's process has not read. */
  #underway = 0;
  #owesDrained = false;
  #isEnding = false;
  #isFinSent = false;

  readonly #unread: ReceiveBuffer;
  #isReadScheduled = false;
  #isPaused = false;
  #hasFinCome = false;
  #isEndTold = false;
  #isUpdateUnderway = false;

  constructor(parts: LinkEndParts) {
    this.#parts = parts;
    this.#unread = new ReceiveBuffer(parts.chunking);
  }

  /** Connects two ends. For `SimulatedLink`. */
  static join(one: LinkEnd, other: LinkEnd): void {
    one.#peer = other;
    other.#peer = one;
  }

  /** Tells this listener from now on, and no other; nothing before this call has returned. Until then all waits. */
  attach(listener: TransportListener): void {
    this.#listener = listener;
    if (this.#state === 'closed') this.#inPollPart(() => this.#tellClosed());
    else this.#scheduleRead();
  }

  /** Tells nobody any more. */
  detach(): void {
    this.#listener = undefined;
  }

  /** What has gone from here to the peer. */
  get traffic(): Traffic {
    return { ...this.#traffic };
  }

  get receivedBytes(): number {
    return this.#peer.#traffic.readBytes;
  }

  get unwritten(): number {
    return this.#queue.bytes;
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#state !== 'open' || this.#isEnding) return;
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (bytes === 0) return;
    this.#queue.push(chunks);
    this.#traffic.writes += 1;
    this.#traffic.writtenBytes += bytes;
    this.#pump();
    if (this.#queue.bytes > 0) this.#owesDrained = true;
  }

  end(): void {
    if (this.#state !== 'open' || this.#isEnding) return;
    this.#isEnding = true;
    this.#pump();
  }

  destroy(): void {
    if (this.#state !== 'open') return;
    // The kernel's way of saying that somebody will never know what he was told.
    if (this.#unread.bytes > 0) this.#sendReset();
    else this.#sendFin();
    this.#close(undefined);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#scheduleRead();
  }

  /** The kernel ends the connection with an error: an RST has come, or the network has said something. */
  fail(error: TransportError): void {
    this.#inPollPart(() => {
      if (this.#state === 'open') this.#close(error); // what came before it has been read, unless we did not want to
    });
  }

  /** The host loses its power: nothing is told, nothing is sent, nothing answers. */
  vanish(): void {
    this.#state = 'vanished';
    this.#listener = undefined;
    this.#queue.clear();
  }

  // Sending

  /** Hands to the kernel what it has room for, and then the FIN, if it is time for it. */
  #pump(): void {
    const bytes = this.#queue.take(this.#parts.bufferBytes - this.#underway);
    if (bytes.length > 0) {
      this.#underway += bytes.length;
      this.#parts.wire.send(() => this.#peer.#handleArrival(bytes));
    }
    if (this.#queue.bytes > 0) return;
    if (this.#owesDrained) this.#inPollPart(() => this.#tellDrained());
    if (this.#isEnding) this.#sendFin();
  }

  #tellDrained(): void {
    if (this.#state !== 'open' || this.#queue.bytes > 0 || !this.#owesDrained) return;
    this.#owesDrained = false;
    this.#listener?.handleDrained();
  }

  #sendFin(): void {
    if (this.#isFinSent) return;
    this.#isFinSent = true;
    this.#parts.wire.send(() => this.#peer.#handleFin());
    this.#closeIfBothEnded();
  }

  #sendReset(): void {
    this.#parts.wire.send(() => this.#peer.fail({ code: 'ECONNRESET', syscall: 'read' }), 0);
  }

  // Receiving

  /** In the kernel: the process may be stalled, or not want to read. */
  #handleArrival(bytes: Uint8Array): void {
    if (this.#state === 'vanished') {
      this.#peer.#parts.wire.send(() => this.#handleArrival(bytes)); // nobody acknowledges: the peer sends it again
    } else if (this.#state === 'closed') {
      this.#sendReset();
    } else {
      this.#unread.push(bytes);
      this.#scheduleRead();
    }
  }

  #handleFin(): void {
    this.#hasFinCome = true;
    this.#scheduleRead();
  }

  #scheduleRead(): void {
    const hasNews = this.#unread.bytes > 0 || (this.#hasFinCome && !this.#isEndTold);
    if (!hasNews || !this.#canRead() || this.#isReadScheduled) return;
    this.#isReadScheduled = true;
    this.#inPollPart(() => {
      this.#isReadScheduled = false;
      try {
        this.#read();
      } finally {
        this.#scheduleRead(); // if the listener has thrown, the rest is not lost
      }
    });
  }

  #read(): void {
    while (this.#canRead() && this.#unread.bytes > 0) {
      const chunk = this.#unread.read();
      this.#peer.#traffic.readBytes += chunk.length;
      this.#makeRoom(chunk.length);
      this.#listener?.handleBytes(chunk);
    }
    if (!this.#canRead() || !this.#hasFinCome || this.#isEndTold) return;
    this.#isEndTold = true;
    this.#listener?.handleEnd();
    this.#closeIfBothEnded();
  }

  /** The peer may send more; if it waits for that, it is told, which takes its time. */
  #makeRoom(bytes: number): void {
    const peer = this.#peer;
    peer.#underway -= bytes;
    if (peer.#queue.bytes === 0 || this.#isUpdateUnderway) return;
    this.#isUpdateUnderway = true;
    this.#parts.wire.send(() => {
      this.#isUpdateUnderway = false;
      peer.#pump();
    }, FOR_EVER);
  }

  // Ending

  /** The state may change in every callback; TypeScript believes what it has seen last. */
  #isOpen(): boolean {
    return this.#state === 'open';
  }

  #canRead(): boolean {
    return this.#state === 'open' && !this.#isPaused && this.#listener !== undefined;
  }

  #closeIfBothEnded(): void {
    if (this.#isOpen() && this.#isFinSent && this.#isEndTold) this.#close(undefined);
  }

  #close(error: TransportError | undefined): void {
    this.#state = 'closed';
    this.#error = error;
    this.#queue.clear();
    this.#inPollPart(() => this.#tellClosed());
  }

  /** Once: whoever was told is forgotten. */
  #tellClosed(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (this.#error === undefined) listener?.handleClosed();
    else listener?.handleClosed(this.#error);
  }

  #inPollPart(callback: () => void): void {
    const { clock } = this.#parts;
    clock.deliverAt(clock.now(), callback);
  }
}
