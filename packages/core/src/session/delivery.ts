/** The delivery state of one session, made at its first message: what it sends, what it receives, and the order of their frames. */

import type { AckFrame, DataFrame, ResultFrame } from '../words/frame.ts';
import type { SendOptions } from './api.ts';
import type { DeliveryFrame } from './connection-owner.ts';
import type { ReceiverHost } from './receiver.ts';
import { Receiver } from './receiver.ts';
import type { SenderHost } from './sender.ts';
import { Sender } from './sender.ts';

/** Whom a {@link Delivery} works for. */
export type DeliveryHost = SenderHost & ReceiverHost;

/** What DATA and RESULT take beside their payload, at most: type, number, mark or status. */
const FRAME_OVERHEAD_BYTES = 10;

/** Joins the two halves. */
export class Delivery {
  readonly #sender: Sender;
  readonly #receiver: Receiver;

  constructor(host: DeliveryHost) {
    this.#sender = new Sender(host);
    this.#receiver = new Receiver(host);
  }

  get queuedMessages(): number {
    return this.#sender.queuedMessages;
  }

  get queuedBytes(): number {
    return this.#sender.queuedBytes;
  }

  /** The last message that came: what our CLOSE names as accepted. */
  get lastAccepted(): number {
    return this.#receiver.lastAccepted;
  }

  /** Whether both ends have the answers that they wait for on this connection. */
  get isSettled(): boolean {
    return this.#sender.isSettled && this.#receiver.isSettled;
  }

  /** A connection is open, on which the peer takes frames of this size. */
  handleOpen(maxFrameBytes: number): void {
    this.#sender.handleOpen(maxFrameBytes - FRAME_OVERHEAD_BYTES);
    this.#receiver.handleOpen(maxFrameBytes - FRAME_OVERHEAD_BYTES);
  }

  send(message: unknown, options?: SendOptions): Promise<unknown> {
    return this.#sender.send(message, options);
  }

  /** @throws ProtocolError */
  handleFrame(frame: DeliveryFrame): void {
    if (frame.type === 'data') this.#receiver.handleData(frame);
    else this.#sender.handleAnswer(frame);
  }

  /** The next frame to send. Answers go before messages: they set the peer free. */
  nextFrame(): DataFrame | ResultFrame | AckFrame | undefined {
    return this.#receiver.nextAnswer() ?? this.#sender.nextMessage();
  }

  /** We have said goodbye: answers go on, messages do not. */
  handleFarewell(): void {
    this.#sender.handleFarewell();
  }

  /** The peer has said goodbye, and handles no message of ours above this number. */
  handleGoodbye(lastAccepted: number, endsSession: boolean): void {
    this.#sender.handleGoodbye(lastAccepted, endsSession);
  }

  /** The connection is gone. */
  handleLost(): void {
    this.#receiver.handleLost();
    this.#sender.handleLost();
  }

  /** The session is over. */
  handleEnd(reason: string): void {
    this.#sender.handleEnd(reason);
  }

  /** Hands what has come to the handler. */
  runHandler(): void {
    this.#receiver.run();
  }
}
