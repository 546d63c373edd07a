/** One conversation with one peer, over one connection after another. Plumbing only: the rules are in the machines. */

import type { Hello, Welcome } from '../rules/hello.ts';
import { boundMs } from '../rules/keepalive.ts';
import type { Terms } from '../rules/negotiate.ts';
import type { SessionConfig } from '../rules/options.ts';
import type { Cause, Evidence } from '../words/cause.ts';
import type { Instant } from '../words/clock.ts';
import { ProtocolError, SystoleError } from '../words/errors.ts';
import type { CloseFrame, Frame } from '../words/frame.ts';
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
import type { ConnectionOwner, DeliveryFrame, Ending, LivenessTiding } from './connection-owner.ts';
import { Delivery } from './delivery.ts';
import { Emitter } from './emitter.ts';
import { SessionLog } from './session-log.ts';
import type { SessionParts } from './session-parts.ts';
import { Verification } from './verification.ts';

/** What a goodbye of ours says. */
export type Goodbye = Pick<CloseFrame, 'scope' | 'code' | 'retryAfterMs' | 'spreadMs' | 'reason'>;

/** A goodbye under way. */
interface Closing {
  readonly goodbye: Goodbye;
  /** Whether we began, and whether the peer meant the session with it. */
  readonly isOurs: boolean;
  said: boolean;
  heard: boolean;
}

/** Causes that are our own verdict, and are announced by `dead`. */
const VERDICTS: ReadonlySet<Cause> = new Set<Cause>(['silent', 'write-stalled', 'app-stalled']);

/** What is meant by destroying: nothing of it is ever sent. */
const FAREWELL: Goodbye = { scope: 'session', code: 'normal', retryAfterMs: 0, spreadMs: 0, reason: '' };

/** The session behind {@link Session}. A server gives it its one connection, a client one after another. */
export class LiveSession<Events extends SessionEvents = SessionEvents>
  extends Emitter<Events>
  implements Session<Events>, ConnectionOwner
{
  readonly #parts: SessionParts;
  readonly #config: SessionConfig;
  readonly #handler: MessageHandler | undefined;
  readonly #log: SessionLog;
  #id = '';
  #epoch = 0;
  #peer: Peer | undefined;
  #address: string | undefined;
  #connection: Connection | undefined;
  #terms: Terms | undefined;
  #openedAt: Instant | undefined;
  #delivery: Delivery | undefined;
  #verification: Verification | undefined;
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
    this.#log = new SessionLog(parts.logger);
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

  send(message: unknown, options?: SendOptions): Promise<unknown> {
    if (this.#ended || this.#closing?.goodbye.scope === 'session') {
      return Promise.reject(
        new SystoleError('ERR_CLOSED', 'the session takes no more messages: it is closed or closing'),
      );
    }
    return this.#deliver().send(message, options);
  }

  verify(options?: VerifyOptions): Promise<number> {
    const verification = this.#verify();
    if (verification !== undefined) return verification.verify(options);
    return Promise.reject(new SystoleError('ERR_UNVERIFIED', 'the peer must be connected to be verified'));
  }

  close(reason = ''): Promise<void> {
    return this.sayGoodbye({ scope: 'session', code: 'normal', retryAfterMs: 0, spreadMs: 0, reason });
  }

  destroy(): void {
    this.#beginClosing(FAREWELL, true);
    if (this.#connection === undefined) this.#endUnconnected();
    else this.#connection.destroy('closed-locally');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  inspect(): SessionSnapshot {
    const connection = this.#connection;
    const liveness = connection?.liveness;
    return {
      id: this.#id,
      state: this.#state(),
      belief: liveness?.belief ?? (connection === undefined ? 'dead' : 'alive'),
      epoch: this.#epoch,
      rtt: liveness?.rtt,
      silenceMs: connection?.silenceMs,
      missed: liveness?.probesSent ?? 0,
      allowed: this.#terms?.keepalive?.probes,
      queuedMessages: this.#delivery?.queuedMessages ?? 0,
      queuedBytes: this.#delivery?.queuedBytes ?? 0,
      unwrittenBytes: connection?.unwritten ?? 0,
      bytesIn: connection?.bytesIn ?? 0,
      bytesOut: connection?.bytesOut ?? 0,
      upMs: this.#openedAt === undefined ? undefined : this.#parts.clock.now() - this.#openedAt,
      lastCause: this.#lastCause,
    };
  }

  #state(): SessionSnapshot['state'] {
    if (this.#ended) return 'ended';
    if (this.#connection === undefined) return 'waiting';
    if (!this.#connection.isOpen) return 'connecting';
    return this.#closing === undefined ? 'open' : 'closing';
  }

  // For server and client.

  /** A connection is being made. Its events count from now on. */
  attach(connection: Connection, epoch: number, address: string): void {
    this.#connection = connection;
    this.#epoch = epoch;
    this.#address = address;
  }

  /**
   * Closes the session at this end; the goodbye tells the peer what it may expect, and takes at most `timeoutMs`, where a
   * later call can only cut it short. Resolves at `end`.
   */
  async sayGoodbye(goodbye: Goodbye, timeoutMs: number = this.#config.closeTimeoutMs): Promise<void> {
    if (this.#ended) return;
    const end = this.next('end');
    this.#beginClosing(goodbye, true);
    if (this.#connection?.isOpen === true) this.#connection.limitGoodbye(timeoutMs);
    else this.destroy();
    await end;
  }

  /** The identity that the server has given. */
  protected identify(id: string): void {
    this.#id = id;
  }

  /** Called when a handshake is over, before `connect` is told. */
  protected beforeConnect(_peer: Hello | Welcome): void {}

  /** Called when a connection, or the attempt to make one, is over. Unless overridden, the session is over with it. */
  protected afterConnection(ending: Ending): void {
    this.endSession(ending);
  }

  /** Tells an event: the publisher first, the log, then the listeners. */
  protected tell<Name extends keyof SessionEvents>(name: Name, payload: SessionEvents[Name]): void {
    this.#parts.publish(name, payload, this as unknown as Session);
    this.#log.write(name, payload, () => ({ session: this.#id, address: this.#address }));
    // Events extends SessionEvents, which the compiler cannot follow through a type parameter.
    this.emit(name, payload as unknown as Events[Name]);
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
    this.afterConnection({ cause, evidence: this.#nothingSeen(error), goodbye: undefined });
  }

  /** Evidence where there was no connection to give any. */
  #nothingSeen(error: Pick<Evidence, 'code' | 'syscall' | 'detail'>): Evidence {
    const nothing = { silenceMs: undefined, rttMs: undefined, stallMs: undefined, hint: undefined };
    return { epoch: this.#epoch, phase: 'connecting', probesSent: 0, ...nothing, ...error };
  }

  /** Whether one of the two ends has ended the session, and not only a connection of it. */
  protected get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Whether there is a connection whose handshake is over. */
  protected get isConnected(): boolean {
    return this.#openedAt !== undefined;
  }

  protected get isEnded(): boolean {
    return this.#ended;
  }

  // What the connection tells.

  handleHello(): void {
    throw new ProtocolError('HELLO came to a session that is established');
  }

  handleOpen(terms: Terms, peer: Hello | Welcome): void {
    this.#terms = terms;
    this.#peer = { boot: peer.boot, metadata: peer.metadata };
    this.#delivery?.handleOpen(terms.maxFrameBytes);
    this.beforeConnect(peer);
    // A listener of the server's `session` may have destroyed it: then there was no `connect`, and is none.
    if (this.#connection === undefined) return;
    this.#openedAt = this.#parts.clock.now();
    const { keepalive, raised } = terms;
    const bound = keepalive === undefined ? undefined : boundMs(keepalive);
    this.tell('connect', { epoch: this.#epoch, keepalive, boundMs: bound, raised });
    this.#connection?.requestTurn();
  }

  handleFrame(frame: DeliveryFrame): void {
    // Our CLOSE has named the last message that we take.
    if (frame.type === 'data' && this.#closing?.said === true) return;
    this.#deliver().handleFrame(frame);
  }

  handleGoodbye(frame: CloseFrame): void {
    this.#beginClosing({ ...frame, retryAfterMs: 0, spreadMs: 0, reason: '' }, false);
    if (this.#closing !== undefined) this.#closing.heard = true;
    this.#delivery?.handleGoodbye(frame.lastAccepted, this.#closing?.goodbye.scope === 'session');
    this.#connection?.requestTurn();
  }

  nextFrame(): Frame | undefined {
    // Before `connect` was told it is not known how much the peer takes.
    if (this.#openedAt === undefined) return undefined;
    const frame = this.#delivery?.nextFrame();
    if (frame !== undefined) return frame;
    if (this.#closing === undefined || this.#closing.said) return undefined;
    this.#closing.said = true;
    this.#delivery?.handleFarewell();
    return { type: 'close', ...this.#closing.goodbye, lastAccepted: this.#delivery?.lastAccepted ?? 0 };
  }

  handleTiding(tiding: LivenessTiding): void {
    const epoch = this.#epoch;
    switch (tiding.type) {
      case 'pong':
        return this.#verification?.handlePong(tiding.rttMs);
      case 'ping':
        this.#verification?.handlePing();
        return this.#parts.publish('probe', { epoch, number: tiding.number }, this as unknown as Session);
      case 'suspect':
        return this.tell('suspect', { epoch, silenceMs: tiding.silenceMs, probesSent: tiding.probesSent });
      case 'alive':
        return this.tell('alive', { epoch, silenceMs: tiding.silenceMs });
    }
  }

  handleTurnEnd(): void {
    this.#delivery?.runHandler();
    const isSettled = this.#delivery?.isSettled ?? true;
    if (this.#closing?.said === true && this.#closing.heard && isSettled) this.#connection?.finish();
  }

  handleEnd(ending: Ending): void {
    // A connection that another one has followed touches nothing any more (L9).
    if (ending.evidence.epoch !== this.#epoch) return;
    const { cause, evidence } = ending;
    const wasOpen = this.#openedAt !== undefined;
    this.#connection = undefined;
    this.#terms = undefined;
    this.#openedAt = undefined;
    this.#lastCause = cause;
    this.#delivery?.handleLost();
    this.#verification?.handleLost(
      new SystoleError('ERR_UNVERIFIED', `the connection ended before PONG came: ${cause}`),
    );
    this.#verification = undefined;
    // The peer meant this connection only: another may come.
    if (this.#closing?.goodbye.scope === 'connection' && !this.#closing.isOurs) this.#closing = undefined;
    if (wasOpen) {
      const payload = { epoch: this.#epoch, cause, evidence };
      this.#isParting = true;
      if (VERDICTS.has(cause)) this.tell('dead', payload);
      this.tell('disconnect', payload);
      this.#isParting = false;
    }
    this.afterConnection(ending);
  }

  /** The first goodbye counts, except that ours ends a session of which the peer meant the connection only. */
  #beginClosing(goodbye: Goodbye, isOurs: boolean): void {
    if (this.#closing === undefined) this.#closing = { goodbye, isOurs, said: false, heard: false };
    else if (isOurs && !this.#closing.isOurs) this.#closing = { ...this.#closing, goodbye, isOurs };
  }

  #endUnconnected(): void {
    if (this.#isParting) return; // ends behind `disconnect` (L6)
    const noError = { code: undefined, syscall: undefined, detail: undefined };
    this.endSession({ cause: 'closed-locally', evidence: this.#nothingSeen(noError) });
  }

  /** Made when it is first asked for, and of one connection only. */
  #verify(): Verification | undefined {
    const terms = this.#terms;
    if (terms === undefined) return undefined;
    const { keepalive, pingSpacingMs } = terms;
    this.#verification ??= new Verification(
      this.#parts.clock,
      { isWatched: keepalive !== undefined, pingSpacingMs },
      () => this.#connection?.verify(),
    );
    return this.#verification;
  }

  #deliver(): Delivery {
    if (this.#delivery !== undefined) return this.#delivery;
    const handler = this.#handler;
    this.#delivery = new Delivery({
      clock: this.#parts.clock,
      codec: this.#parts.codec,
      config: this.#config,
      handler: handler === undefined ? undefined : (message) => handler(message, this as unknown as Session),
      wake: () => this.#connection?.requestTurn(),
      throttle: (paused) => (paused ? this.#connection?.pause() : this.#connection?.resume()),
      drained: () => {
        if (!this.#ended) this.tell('drain', {});
      },
    });
    if (this.#terms !== undefined) this.#delivery.handleOpen(this.#terms.maxFrameBytes);
    // Where somebody has said goodbye already, a first message waits, as a later one would.
    if (this.#closing?.said === true || this.#closing?.heard === true) this.#delivery.handleFarewell();
    return this.#delivery;
  }
}
