/** One conversation with one peer, over one connection after another. Plumbing only: the rules are in the machines. */

import type { Standstill } from '../machines/app-watch.ts';
import type { Counters, DeliveryFrame, Stream } from '../machines/exchange.ts';
import { findGapOfNew, NO_COUNTERS } from '../machines/exchange.ts';
import type { Hello, Welcome } from '../rules/hello.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { SessionConfig } from '../rules/options.ts';
import { showAs } from '../rules/shown.ts';
import type { Cause, Evidence } from '../words/cause.ts';
import { isVerdict } from '../words/cause.ts';
import type { Clock } from '../words/clock.ts';
import type { Codec } from '../words/codec.ts';
import { ProtocolError, SystoleError } from '../words/errors.ts';
import type { CloseFrame, Frame, PongFrame } from '../words/frame.ts';
import type { HealthReport } from '../words/health.ts';
import type { Logger } from '../words/logger.ts';
import type {
  MessageHandler,
  Peer,
  SendOptions,
  Session,
  SessionEvents,
  SessionSnapshot,
  VerifyOptions,
} from './api.ts';
import type { Connection } from './connection.ts';
import type { ConnectionOwner, Ending, Introduction, LivenessTiding } from './connection-owner.ts';
import type { DeliveryHost } from './delivery.ts';
import { Delivery } from './delivery.ts';
import { Emitter } from './emitter.ts';
import { evidenceOfAttempt } from './ending.ts';
import type { Goodbye } from './goodbye.ts';
import { Closing, FAREWELL } from './goodbye.ts';
import { OwnHealth } from './health.ts';
import { logEvent } from './session-log.ts';
import type { SessionParts } from './session-parts.ts';
import { NO_SPAN, Span } from './span.ts';

/** What HELLO and WELCOME tell of where this end of the session stands. */
export type Standing = Pick<Introduction<Hello>, 'resumeMs' | 'received' | 'settled' | 'credit'>;

/** The session behind {@link Session}. It is given one connection after another. */
export class LiveSession<Events extends SessionEvents = SessionEvents>
  extends Emitter<Events>
  implements Session<Events>, ConnectionOwner, DeliveryHost
{
  static {
    showAs('Session', LiveSession.prototype);
  }

  readonly #parts: SessionParts;
  readonly #config: SessionConfig;
  readonly #handler: MessageHandler | undefined;
  /** A child of the parts' logger that names session and address as they are now, made when there is something to say. */
  #logger: Logger | undefined;
  #id = '';
  #epoch = 0;
  #peer: Peer | undefined;
  #address: string | undefined;
  /** The current connection, be it in the handshake, and what goes with it. */
  #span: Span | undefined;
  #delivery: Delivery | undefined;
  readonly #health: OwnHealth | undefined;
  #closing: Closing | undefined;
  #lastCause: Cause | undefined;
  /** Whether `dead` and `disconnect` are being told. */
  #isParting = false;
  #ended = false;

  constructor(parts: SessionParts, config: SessionConfig, handler: MessageHandler | undefined) {
    super();
    this.#parts = parts;
    this.#config = config;
    this.#handler = handler;
    const { health } = config;
    this.#health = health === undefined ? undefined : new OwnHealth(health, parts.codec, parts.logger);
  }

  get id(): string {
    return this.#id;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** A server's session knows better. */
  get identity(): unknown {
    return undefined;
  }

  get address(): string | undefined {
    return this.#address;
  }

  get writable(): boolean {
    return this.#takesMessages && (this.#delivery?.isWritable ?? true);
  }

  send(message: unknown, options?: SendOptions): Promise<unknown> {
    return this.#takesMessages ? this.#deliver().send(message, options) : Promise.reject(closedError());
  }

  post(message: unknown): boolean {
    if (!this.#takesMessages) throw closedError();
    return this.#deliver().post(message);
  }

  get #takesMessages(): boolean {
    return !this.#ended && this.#closing?.endsSession !== true;
  }

  verify(options?: VerifyOptions): Promise<number> {
    const verification = this.#span?.verify(this.clock);
    if (verification !== undefined) return verification.verify(options);
    return Promise.reject(new SystoleError('ERR_UNVERIFIED', 'the peer must be connected to be verified'));
  }

  close(reason = ''): Promise<void> {
    return this.sayGoodbye({ scope: 'session', code: 'normal', retryAfterMs: 0, spreadMs: 0, reason });
  }

  destroy(): void {
    this.#beginClosing(FAREWELL);
    if (this.#span === undefined) this.#endUnconnected();
    else this.#span.connection.destroy('closed-locally');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  inspect(): SessionSnapshot {
    const span = this.#span;
    const capacity = span?.capacity;
    const delivery = this.#delivery;
    return {
      id: this.#id,
      state: this.#state(),
      epoch: this.#epoch,
      ...(span?.inspect(this.clock.now()) ?? NO_SPAN),
      queuedMessages: delivery?.queuedMessages ?? 0,
      queuedBytes: delivery?.queuedBytes ?? 0,
      credit: capacity === undefined ? 0 : (delivery?.credit ?? capacity.credit),
      lastCause: this.#lastCause,
    };
  }

  #state(): SessionSnapshot['state'] {
    if (this.#ended) return 'ended';
    if (this.#span === undefined) return 'waiting';
    if (!this.#span.connection.isOpen) return 'connecting';
    return this.#closing === undefined ? 'open' : 'closing';
  }

  // For server and client.

  /** A connection is being made. Its events count from now on. */
  attach(connection: Connection, epoch: number, address: string): void {
    this.#span = new Span(connection);
    this.#epoch = epoch;
    this.#address = address;
    this.#logger = undefined;
  }

  /**
   * Says goodbye, of which at least the connection ends; it tells the peer what it may expect, and takes at most `timeoutMs`,
   * where a later call can only cut it short.
   */
  beginGoodbye(goodbye: Goodbye, timeoutMs: number = this.#config.closeTimeoutMs): void {
    if (this.#ended) return;
    this.#beginClosing(goodbye);
    const connection = this.#span?.connection;
    if (connection?.isOpen === true) connection.limitGoodbye(timeoutMs);
    else this.destroy();
  }

  /** {@link beginGoodbye} where the session ends with it. Resolves at `end`. */
  async sayGoodbye(goodbye: Goodbye, timeoutMs?: number): Promise<void> {
    if (this.#ended) return;
    const end = this.next('end');
    this.beginGoodbye(goodbye, timeoutMs);
    await end;
  }

  /** Why the session cannot go on at a peer that stands there; undefined if it can. */
  findGap(peer: Counters): string | undefined {
    return this.#delivery === undefined ? findGapOfNew(peer) : this.#delivery.findGap(peer);
  }

  /** Another connection goes on with the session (D6), or with the scope `session` another session takes its place: of the process with this boot id. */
  supersede(boot: string, scope: 'connection' | 'session' = 'connection'): void {
    this.#span?.connection.refuse({ code: 'superseded', scope, reason: boot }, { cause: 'superseded' });
  }

  /** The identity that the server has given. */
  protected identify(id: string): void {
    this.#id = id;
    this.#logger = undefined;
  }

  /** Where this end stands, and what it takes on the connection that is about to begin. */
  protected stand(): Standing {
    const { maxUnhandledBytes, resumeWindowMs } = this.#config;
    const credit = this.#delivery?.grant() ?? maxUnhandledBytes;
    return { resumeMs: resumeWindowMs, ...(this.#delivery?.counters ?? NO_COUNTERS), credit };
  }

  /** Bytes of everything that is kept for the peer, or for the handler. */
  get cost(): number {
    return this.#delivery?.cost ?? 0;
  }

  /** Whether the peer goes on with this session. */
  protected isResumedBy(peer: Hello | Welcome): boolean {
    return peer.session === this.#id;
  }

  /** The peer's end of the session is gone, or will be: what it may have handled is handed back, the rest waits for a new one. */
  protected forget(): void {
    this.#delivery?.restart();
  }

  /** Called when something was sent, or handled, while there is no connection. */
  protected handleIdleChange(): void {}

  /** Called when a handshake is over, before `connect` is told. */
  protected beforeConnect(): void {}

  /** Called when a connection, or the attempt to make one, is over. Unless overridden, the session is over with it. */
  protected afterConnection(ending: Ending): void {
    this.endSession(ending);
  }

  /** Tells an event: the publisher first, the log, then the listeners. */
  protected tell<Name extends keyof SessionEvents>(name: Name, payload: SessionEvents[Name]): void {
    this.#parts.publish(name, payload, this as unknown as Session);
    logEvent(this.#parts.logger, name, payload, () => this.logger);
    // Events extends SessionEvents, which the compiler cannot follow through a type parameter.
    this.emit(name, payload as unknown as Events[Name]);
  }

  /** Names the session and the peer. */
  get logger(): Logger {
    this.#logger ??= this.#parts.logger.child({ session: this.#id, address: this.#address });
    return this.#logger;
  }

  /** For whoever follows a session step by step. No child is made for it where nobody does: sessions may wait in their thousands. */
  protected logStep(fields: object, message: string): void {
    if (this.#parts.logger.isLevelEnabled?.('debug') !== false) this.logger.debug(fields, message);
  }

  /** The session is over; nothing is told after it. */
  protected endSession({ cause, evidence }: Pick<Ending, 'cause' | 'evidence'>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#delivery?.handleEnd(`the session has ended: ${cause}`);
    this.tell('end', { cause, evidence });
    this.finish();
  }

  /** An attempt to make a connection has failed. */
  protected handleDialEnd(cause: Cause, error: Pick<Evidence, 'code' | 'syscall' | 'detail'>): void {
    this.#lastCause = cause;
    this.afterConnection({ cause, evidence: evidenceOfAttempt(this.#epoch, error), goodbye: undefined });
  }

  /** Whether one of the two ends has ended the session, and not only a connection of it. */
  protected get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Whether there is a connection, be it in the handshake. */
  protected get hasConnection(): boolean {
    return this.#span !== undefined;
  }

  /** Whether there is a connection whose handshake is over. */
  protected get isConnected(): boolean {
    return this.#span?.isOpen === true;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  // What the connection tells.

  handleHello(): void {
    throw new ProtocolError('HELLO came to a session that is established');
  }

  establish(terms: Terms, peer: Hello | Welcome): void {
    const isResumed = this.isResumedBy(peer);
    // A server ignores where a session stands that it does not have; a client is told of the new one.
    const gap = isResumed ? this.findGap(peer) : undefined;
    if (gap !== undefined) throw new ProtocolError(`the peer resumes from ${gap}`);
    if (!isResumed) this.forget();
    this.#peer = { boot: peer.boot, metadata: peer.metadata };
    const { maxMessageBytes } = terms;
    this.#span?.establish(terms, peer.credit, isResumed);
    this.#delivery?.handleOpen({ maxMessageBytes, credit: peer.credit }, isResumed ? peer : NO_COUNTERS);
  }

  handleOpen(): void {
    this.beforeConnect();
    // A listener of the server's `session` may have destroyed it: then there was no `connect`, and is none.
    const connect = this.#span?.open(this.clock.now());
    if (connect === undefined) return;
    this.tell('connect', { epoch: this.#epoch, ...connect });
    // What could not leave before; whoever has sent something in the listeners has asked for a turn himself.
    if (this.#delivery !== undefined || this.#closing !== undefined) this.#requestTurn();
  }

  handleFrame(frame: DeliveryFrame): void {
    // Our CLOSE has named the last message that we take.
    if (frame.type === 'data' && this.#closing?.isSaid === true) return;
    this.#deliver().handleFrame(frame);
  }

  handlePong({ handled }: PongFrame): void {
    if (handled === undefined) return;
    // Where nothing was ever sent, nothing can be handled: a count of none needs no delivery state to be right.
    if (handled > 0 || this.#delivery !== undefined) this.#deliver().handleCount(handled);
  }

  pong(number: number): PongFrame | undefined {
    const handled = this.#delivery?.handled;
    if (this.#health !== undefined) return this.#health.pong(number, handled);
    return handled === undefined ? { type: 'pong', number } : { type: 'pong', number, handled };
  }

  handleGoodbye(frame: CloseFrame): void {
    const closing = this.#beginClosing({ ...frame, retryAfterMs: 0, spreadMs: 0, reason: '' });
    closing.hear();
    // Where there was no message at all, this makes the delivery state that refuses to have had one accepted.
    const delivery = frame.lastAccepted > 0 ? this.#deliver() : this.#delivery;
    delivery?.handleGoodbye(frame.lastAccepted, closing.endsSession);
    this.#requestTurn();
  }

  nextFrame(stream: Stream): Frame | undefined {
    // Nothing leaves before `connect` was told.
    if (!this.isConnected) return undefined;
    const frame = this.#delivery?.nextFrame(stream);
    if (frame !== undefined) return frame;
    const closing = this.#closing;
    if (closing === undefined || closing.isSaid) return undefined;
    // What a session has taken on goes before its goodbye; what a connection has, another one can carry.
    if (closing.endsSession && this.#delivery?.hasToSend === true) return undefined;
    this.#delivery?.handleFarewell();
    return closing.say(this.#delivery?.counters.received ?? 0);
  }

  handleTiding(tiding: LivenessTiding): void {
    const epoch = this.#epoch;
    switch (tiding.type) {
      case 'pong':
        this.#span?.verification?.handlePong(tiding.rttMs);
        return this.#delivery?.handlePong();
      case 'ping':
        this.#span?.verification?.handlePing();
        return this.#parts.publish('probe', { epoch, number: tiding.number }, this as unknown as Session);
      case 'suspect':
        return this.tell('suspect', { epoch, silenceMs: tiding.silenceMs, probesSent: tiding.probesSent });
      case 'alive':
        return this.tell('alive', { epoch, silenceMs: tiding.silenceMs });
      case 'examine':
        this.#health?.examine();
        return this.#requestTurn();
      case 'health':
        return this.#handleHealth(tiding.report);
    }
  }

  #handleHealth(report: HealthReport): void {
    const health = this.#span?.handleHealth(report, this.codec);
    if (health !== undefined) this.tell('health', { epoch: this.#epoch, payload: undefined, ...health });
  }

  handleTurnEnd(): void {
    this.#delivery?.watchApp();
    this.#delivery?.runHandler();
    const isSettled = this.#delivery?.isSettled ?? true;
    if (this.#closing?.isDone === true && isSettled) this.#span?.connection.finish();
  }

  handleEnd(ending: Ending): void {
    // A connection that another one has followed touches nothing any more (L9).
    if (ending.evidence.epoch !== this.#epoch) return;
    const { cause, evidence } = ending;
    const span = this.#span;
    const wasOpen = this.isConnected;
    this.#span = undefined;
    this.#lastCause = cause;
    this.#delivery?.handleLost();
    span?.handleLost(cause);
    // It was about this connection only: another may come.
    if (this.#closing?.endsSession === false) this.#closing = undefined;
    if (wasOpen) {
      const payload = { epoch: this.#epoch, cause, evidence };
      this.#isParting = true;
      // The verdict `app-stalled` can be the peer's, on us: then its CLOSE says so.
      if (isVerdict(cause) && ending.goodbye?.code !== cause) this.tell('dead', { ...payload, cause });
      this.tell('disconnect', payload);
      this.#isParting = false;
    }
    this.afterConnection(ending);
  }

  #beginClosing(goodbye: Goodbye): Closing {
    this.#closing ??= new Closing(goodbye);
    this.#closing.join(goodbye);
    return this.#closing;
  }

  #requestTurn(): void {
    this.#span?.connection.requestTurn();
  }

  #endUnconnected(): void {
    if (this.#isParting) return; // ends behind `disconnect` (L6)
    this.endSession({ cause: 'closed-locally', evidence: evidenceOfAttempt(this.#epoch) });
  }

  // What delivery asks for. No closures: ten thousand sessions may wait for their peers, and each keeps its delivery state.

  get clock(): Clock {
    return this.#parts.clock;
  }

  get codec(): Codec {
    return this.#parts.codec;
  }

  /** Uniform in [0, 1). */
  protected random(): number {
    return this.#parts.random();
  }

  get config(): SessionConfig {
    return this.#config;
  }

  get hasHandler(): boolean {
    return this.#handler !== undefined;
  }

  handle(message: unknown): unknown {
    return this.#handler?.(message, this as unknown as Session);
  }

  wake(): void {
    if (this.#span === undefined) this.handleIdleChange();
    else this.#requestTurn();
  }

  drained(): void {
    if (!this.#ended) this.tell('drain', {});
  }

  askPeer(): void {
    this.#span?.verify(this.clock)?.ask();
  }

  /** Reported always; a verdict only if asked for (L11). */
  handleStandstill({ owed, forMs }: Standstill): void {
    this.tell('appStalled', { epoch: this.#epoch, owed, forMs });
    if (!this.#config.judgeAppStall) return;
    const detail = `${owed} message${owed === 1 ? '' : 's'} without an outcome, and none came for ${Math.round(forMs)} ms`;
    this.#span?.connection.refuse({ code: 'app-stalled', reason: detail }, { cause: 'app-stalled' });
  }

  #deliver(): Delivery {
    if (this.#delivery !== undefined) return this.#delivery;
    this.#delivery = new Delivery(this);
    const capacity = this.#span?.capacity;
    if (capacity !== undefined) this.#delivery.handleOpen(capacity, NO_COUNTERS);
    // Where somebody has said goodbye already, a first message waits, as a later one would.
    if (this.#closing?.hasBegun === true) this.#delivery.handleFarewell();
    return this.#delivery;
  }
}

function closedError(): SystoleError {
  return new SystoleError('ERR_CLOSED', 'the session takes no more messages: it is closed or closing');
}
