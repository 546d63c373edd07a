/** What every client is, whoever has opened its socket: a session that introduces itself first. */

import type { Socket } from 'node:net';
import type {
  Cause,
  Duration,
  Ending,
  Evidence,
  Hello,
  Instant,
  MessageHandler,
  Session,
  SessionConfig,
  SessionEvents,
  Stall,
  Terms,
  Welcome,
} from '@systole/core';
import { Connection, SystoleError } from '@systole/core';
import type { SessionParts } from '@systole/core/internal';
import {
  abortedError,
  BOOT_ID,
  checkOptions,
  LiveSession,
  limitWait,
  showAs,
  waitEntries,
  warnOfIdle,
} from '@systole/core/internal';
import type { SocketConfig } from '@systole/core/node';
import { SocketTransport } from '@systole/core/node';

/** The events of a client: its session's, and `stall`. */
export interface ClientEvents extends SessionEvents {
  /** Our own process did not run for a while, longer than a quarter of the interval: nobody was judged for it. */
  readonly stall: Stall;
}

/** Options of {@link Client.ready}. */
export interface ReadyOptions {
  /** Gives the wait up, with `ERR_ABORTED`. Default: none. */
  readonly signal?: AbortSignal;
  /** Gives the wait up after so many milliseconds, or `'5s'`, with `ERR_TIMEOUT`. Default: none. */
  readonly timeout?: Duration;
}

/** A session at the end that speaks first. */
export interface Client extends Session<ClientEvents> {
  /**
   * Resolves when it is connected, which may be now; rejects with `ERR_CONNECT` if the session ends before, or has ended. As a client
   * tries for as long as `reconnect` says, which is for ever by default, so does this wait: with `timeout` or `signal` it rejects with
   * `ERR_TIMEOUT` or `ERR_ABORTED`, and says why the last attempt failed. The client goes on trying.
   */
  ready(options?: ReadyOptions): Promise<void>;
}

/** What a client's session is made of. */
export interface ClientSessionInit {
  readonly parts: SessionParts;
  readonly session: SessionConfig;
  readonly socket: SocketConfig;
  readonly credentials: unknown;
  readonly handler: MessageHandler | undefined;
}

/** Why there will be no connection any more. */
export interface EndExplanation {
  /** Such as ` to 10.0.0.7:4711`, or nothing. */
  readonly where: string;
  readonly text: string;
  readonly cause: Error | undefined;
}

/** A cause, and what there is to say beside it. */
export function describeEnd(cause: Cause, words: readonly string[]): string {
  return words.length === 0 ? cause : `${cause} (${words.join('; ')})`;
}

/** See the head of the file. */
export abstract class ClientSession extends LiveSession<ClientEvents> implements Client {
  static {
    showAs('Client', ClientSession.prototype);
  }

  readonly #init: ClientSessionInit;
  readonly #stopHearingStalls: () => void;
  #stopHearingSignal: () => void = () => {};
  #connections = 0;
  #wasConnected = false;
  /** With which the server lets us resume the session; empty where there is none. */
  #token = '';
  #resumeWindowMs = 0;
  /** Whether the signal has ended this session. */
  #isAborted = false;
  #refusal: string | undefined;

  constructor(init: ClientSessionInit) {
    super(init.parts, init.session, init.handler);
    this.#init = init;
    warnOfIdle(init.session, init.parts.logger);
    this.#stopHearingStalls = init.parts.clock.onStall((stall) => this.#handleStall(stall));
  }

  async ready(options: ReadyOptions = {}): Promise<void> {
    checkOptions(waitEntries, options);
    if (this.isConnected) return;
    if (this.isEnded) throw this.#notReady();
    if (options.signal?.aborted === true) throw this.#notYet(abortedError('connection', options.signal));
    const patience = new AbortController();
    const stopLooking = limitWait(this.clock, 'connection', options, (error) => patience.abort(error));
    try {
      for await (const { type } of this.events(['connect', 'end'], patience)) {
        if (type === 'connect') return;
        break;
      }
    } catch (error) {
      throw patience.signal.aborted ? this.#notYet(patience.signal.reason as SystoleError) : error;
    } finally {
      stopLooking();
    }
    throw this.#notReady();
  }

  /** Why there will be no connection any more. */
  protected abstract explainEnd(): EndExplanation;

  #notReady(): SystoleError {
    const { where, text, cause } = this.explainEnd();
    const what = this.#wasConnected ? 'the client has ended' : `could not connect${where}`;
    const why = this.#isAborted ? `its signal was aborted; before that: ${text}` : text;
    return new SystoleError('ERR_CONNECT', `${what}: ${why}`, { cause });
  }

  /** Somebody has given up waiting, which is not the end. */
  #notYet({ code, message, cause }: SystoleError): SystoleError {
    const explanation = this.explainEnd();
    const failed =
      this.inspect().lastCause === undefined ? '' : `; the last attempt${explanation.where}: ${explanation.text}`;
    return new SystoleError(code, `${message}${failed}`, { cause: cause ?? explanation.cause });
  }

  /** What was wrong with the last connection, if it ended in the handshake; undefined for nothing that anybody has said. */
  protected get refusal(): string | undefined {
    return this.#refusal;
  }

  override handleEnd(ending: Ending): void {
    this.#refusal = this.isConnected ? undefined : ending.evidence.detail || undefined;
    super.handleEnd(ending);
  }

  protected override handleDialEnd(cause: Cause, error: Pick<Evidence, 'code' | 'syscall' | 'detail'>): void {
    this.#refusal = undefined;
    super.handleDialEnd(cause, error);
  }

  /** From now on the signal destroys this session; at once if it is aborted already, but not before the caller can listen. */
  protected heed(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const abort = (): void => {
      this.#isAborted = !this.isEnded;
      this.destroy();
    };
    signal.addEventListener('abort', abort);
    this.#stopHearingSignal = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) queueMicrotask(abort);
  }

  /** Introduces us on a connected socket; the handshake must be over by `deadline` (L10). */
  protected introduce(socket: Socket, address: string, deadline: Instant): void {
    this.#connections += 1;
    const epoch = this.#connections;
    const { parts, session, credentials } = this.#init;
    const token = this.#token;
    const identity = { session: token === '' ? '' : this.id, token, boot: BOOT_ID, epoch, ...this.stand() };
    const connection = new Connection(
      parts,
      {
        role: 'client',
        config: session,
        codecName: parts.codec.name,
        epoch,
        handshakeDeadline: deadline,
        hello: { ...identity, credentials, metadata: session.metadata },
      },
      this,
      (listener) => {
        const transport = new SocketTransport(socket, this.#init.socket);
        transport.attach(listener);
        return transport;
      },
    );
    this.attach(connection, epoch, address);
  }

  override establish(terms: Terms, welcome: Hello | Welcome): void {
    super.establish(terms, welcome);
    this.identify(welcome.session);
    this.#resumeWindowMs = Math.min(this.#init.session.resumeWindowMs, welcome.resumeMs);
    this.#token = this.#resumeWindowMs > 0 ? welcome.token : '';
    this.#wasConnected = true;
  }

  /** For how long after the loss of a connection the session can be resumed, as both ends have agreed. */
  protected get resumeWindowMs(): number {
    return this.#resumeWindowMs;
  }

  protected override isResumedBy(peer: Hello | Welcome): boolean {
    return this.#token !== '' && super.isResumedBy(peer);
  }

  protected override forget(): void {
    this.#token = '';
    super.forget();
  }

  protected override endSession(ending: Pick<Ending, 'cause' | 'evidence'>): void {
    this.#stopHearingStalls();
    this.#stopHearingSignal();
    super.endSession(ending);
  }

  #handleStall(stall: Stall): void {
    const { keepalive } = this.#init.session;
    if (keepalive === undefined || stall.durationMs <= keepalive.intervalMs / 4) return;
    this.#init.parts.logger.warn({ stall }, 'process stalled');
    this.emit('stall', stall);
  }
}
