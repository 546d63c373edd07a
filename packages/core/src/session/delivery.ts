/** The delivery state of one session, made at its first message: joins the exchange of frames to the user's calls and handler. */

import type { Counters, DeliveryFrame, Stream } from '../machines/exchange.ts';
import { Exchange } from '../machines/exchange.ts';
import type { PeerCapacity } from '../machines/outbox.ts';
import type { SendOptions } from './api.ts';
import type { AppAlarmHost } from './app-alarm.ts';
import { AppAlarm } from './app-alarm.ts';
import type { ReceiverHost } from './receiver.ts';
import { Receiver } from './receiver.ts';
import type { SenderHost } from './sender.ts';
import { Sender } from './sender.ts';

/** Whom a {@link Delivery} works for. */
export type DeliveryHost = SenderHost & ReceiverHost & AppAlarmHost;

/** See the head of the file. */
export class Delivery {
  readonly #exchange: Exchange;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #host: DeliveryHost;
  /** Made when first something is owed. */
  #appAlarm: AppAlarm | undefined;

  constructor(host: DeliveryHost) {
    this.#host = host;
    this.#exchange = new Exchange(host.config);
    this.#sender = new Sender(host, this.#exchange.outbox);
    this.#receiver = new Receiver(host, this.#exchange);
  }

  get queuedMessages(): number {
    return this.#sender.queuedMessages;
  }

  get queuedBytes(): number {
    return this.#sender.queuedBytes;
  }

  get isWritable(): boolean {
    return this.#sender.isWritable;
  }

  /** What the peer still takes on this connection, in cost. */
  get credit(): number {
    return this.#exchange.outbox.credit;
  }

  /** How many messages of the peer's are handled, as a PONG says it; undefined where none has come. */
  get handled(): number | undefined {
    return this.#exchange.handled;
  }

  /** Bytes of everything that is kept until the peer, or the handler, has it. */
  get cost(): number {
    return this.#sender.queuedBytes + this.#exchange.inbox.cost;
  }

  /** Where this end stands. */
  get counters(): Counters {
    return this.#exchange.counters;
  }

  /** Whether there is a message that can be sent on this connection, now or when there is room for it here and at the peer. */
  get hasToSend(): boolean {
    return this.#exchange.hasToSend || (this.#exchange.maySend && this.#sender.hasWaiters);
  }

  /** Whether both ends have the answers that they wait for on this connection. */
  get isSettled(): boolean {
    return this.#exchange.isSettled;
  }

  send(message: unknown, options?: SendOptions): Promise<unknown> {
    return this.#sender.send(message, options);
  }

  /** @throws SystoleError */
  post(message: unknown): boolean {
    return this.#sender.post(message);
  }

  /** The cost of DATA that a connection may carry which begins now. */
  grant(): number {
    return this.#exchange.inbox.grant();
  }

  /** Why the session cannot go on at a peer that stands there; undefined if it can. */
  findGap(peer: Counters): string | undefined {
    return this.#exchange.findGap(peer);
  }

  /** A connection is open, at whose other end the session stands there. */
  handleOpen(capacity: PeerCapacity, peer: Counters): void {
    this.#exchange.open(capacity, peer);
    this.#sender.refuseTooLarge();
    this.#sender.handleRoom();
  }

  /** @throws ProtocolError */
  handleFrame(frame: DeliveryFrame): void {
    this.#exchange.handleFrame(frame);
    if (frame.type !== 'data') this.#sender.handleRoom();
  }

  /** A PONG has counted what the peer's application is done with. @throws ProtocolError */
  handleCount(handled: number): void {
    this.#exchange.handleCount(handled);
  }

  /** The newest PING was answered. */
  handlePong(): void {
    this.#appAlarm?.handlePong();
  }

  /** The next frame to send. */
  nextFrame(stream: Stream): DeliveryFrame | undefined {
    return this.#exchange.next(stream);
  }

  /** We have said goodbye: answers go on, messages do not. */
  handleFarewell(): void {
    this.#exchange.handleFarewell();
  }

  /**
   * The peer has said goodbye, and handles no message of ours above this number. Those certainly were not handled: they wait
   * for the next connection, if there can be one, and are handed back otherwise.
   *
   * @throws ProtocolError
   */
  handleGoodbye(lastAccepted: number, endsSession: boolean): void {
    this.#exchange.handleGoodbye(lastAccepted);
    if (endsSession) this.#sender.handBackUnsent('the peer has said goodbye');
  }

  /** The connection is gone; another one may go on with everything. */
  handleLost(): void {
    this.#exchange.lose();
    // Sessions that wait for a connection are many, and hold nothing that they do not need.
    this.#appAlarm?.handleLost();
    this.#appAlarm = undefined;
  }

  /** The peer's end of the session is gone: what it may have handled is in doubt, what it has sent will not be handled. */
  restart(): void {
    this.#sender.handBackInDoubt(this.#exchange.restart());
  }

  /** The session is over. */
  handleEnd(reason: string): void {
    this.#sender.handBackInDoubt(this.#exchange.restart());
    this.#sender.handBackUnsent(reason);
    this.#receiver.handleEnd();
  }

  /** Looks whether the peer's application moves, after what has come and left in a turn (L11). */
  watchApp(): void {
    const { work } = this.#exchange;
    const { clock, config } = this.#host;
    if (work.owed > 0 && config.appStallTimeoutMs !== undefined) {
      this.#appAlarm ??= new AppAlarm(clock, config.appStallTimeoutMs, this.#host);
    }
    this.#appAlarm?.handleWork(work);
  }

  /** Hands what has come to the handler. */
  runHandler(): void {
    this.#receiver.run();
    this.#exchange.inbox.keep();
  }
}
