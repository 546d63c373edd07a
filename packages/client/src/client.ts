/** The client: a session that dials, and dials again. */

import type {
  Alarm,
  AlarmOwner,
  Cause,
  Ending,
  MessageHandler,
  Session,
  SessionConfig,
  SessionEvents,
  SessionParts,
  Stall,
  Welcome,
} from '@systole/core';
import { Connection, fillSessionOptions, LiveSession, SystoleError } from '@systole/core';
import { BOOT_ID, resolveParts, SocketTransport } from '@systole/core/node';
import { pino } from 'pino';
import type { BackoffConfig } from './backoff.ts';
import { backoffMs } from './backoff.ts';
import type { DialFailure, Dialled } from './dialer.ts';
import { dial, targetAddress } from './dialer.ts';
import type { ClientConfig, ClientOptions } from './options.ts';
import { resolveClientOptions } from './options.ts';

/** The events of a client: its session's, and `stall`. */
export interface ClientEvents extends SessionEvents {
  /** Our own process did not run for a while, longer than a quarter of the interval: nobody was judged for it. */
  readonly stall: Stall;
}

/** A session that reconnects. */
export interface Client extends Session<ClientEvents> {
  /** Resolves when the first connection is there; rejects with `ERR_CONNECT` if the session ends without one. */
  ready(): Promise<void>;
}

/**
 * Starts to connect, and comes back whenever a connection ends, until it is closed.
 *
 * @throws OptionsError that lists everything wrong with the options.
 */
export function connect(options: ClientOptions): Client {
  const config = resolveClientOptions(options);
  const parts = resolveParts(options, pino({ level: 'silent' }));
  const client = new LiveClient(parts, fillSessionOptions(options), config, options.onMessage);
  client.start(options.signal);
  return client;
}

/** Causes after which coming back would not help, or would do harm (D6). */
const FINAL_CAUSES: ReadonlySet<Cause> = new Set<Cause>(['rejected', 'superseded']);

class LiveClient extends LiveSession<ClientEvents> implements Client, AlarmOwner {
  readonly #parts: SessionParts;
  readonly #sessionConfig: SessionConfig;
  readonly #config: ClientConfig;
  readonly #retryAlarm: Alarm;
  readonly #stopHearingStalls: () => void;
  #dialling: AbortController | undefined;
  #connections = 0;
  /** Attempts since the last connection that was up for long enough. */
  #attempts = 0;
  #connectedAt: number | undefined;
  #lastError: Error | undefined;
  #stopHearingSignal: () => void = () => {};

  constructor(
    parts: SessionParts,
    sessionConfig: SessionConfig,
    config: ClientConfig,
    handler: MessageHandler | undefined,
  ) {
    super(parts, sessionConfig, handler);
    this.#parts = parts;
    this.#sessionConfig = sessionConfig;
    this.#config = config;
    // A client that waits to come back keeps its process alive (L12).
    this.#retryAlarm = parts.clock.alarm(this, { keepsProcess: true });
    this.#stopHearingStalls = parts.clock.onStall((stall) => this.#handleStall(stall));
  }

  start(signal: AbortSignal | undefined): void {
    const abort = (): void => this.destroy();
    signal?.addEventListener('abort', abort);
    this.#stopHearingSignal = () => signal?.removeEventListener('abort', abort);
    // Not at once: whoever calls connect() shall have time to listen.
    queueMicrotask(() => (signal?.aborted === true ? this.destroy() : void this.#dial()));
  }

  async ready(): Promise<void> {
    if (this.#connections > 0 && this.#connectedAt !== undefined) return;
    if (!this.isEnded) {
      for await (const { type } of this.events(['connect', 'end'])) {
        if (type === 'connect') return;
        break;
      }
    }
    const { lastCause } = this.inspect();
    const where = targetAddress(this.#config.target);
    const why =
      this.#lastError === undefined ? (lastCause ?? 'closed-locally') : `${lastCause} (${this.#lastError.message})`;
    throw new SystoleError('ERR_CONNECT', `could not connect to ${where}: ${why}`, { cause: this.#lastError });
  }

  /** The wait is over; or the system has slept, and there is nothing to wait for any more. */
  handleAlarm(): void {
    void this.#dial();
  }

  async #dial(): Promise<void> {
    if (this.isEnded) return;
    const dialling = new AbortController();
    this.#dialling = dialling;
    const outcome = await dial(this.#config.target, {
      clock: this.#parts.clock,
      dnsTimeoutMs: this.#config.dnsTimeoutMs,
      connectTimeoutMs: this.#sessionConfig.handshakeTimeoutMs,
      signal: dialling.signal,
    });
    this.#dialling = undefined;
    if (outcome === undefined) return;
    if ('cause' in outcome) this.#handleDialFailure(outcome);
    else this.#connect(outcome);
  }

  #connect({ socket, deadline }: Dialled): void {
    this.#connections += 1;
    this.#lastError = undefined;
    const { credentials, target } = this.#config;
    const epoch = this.#connections;
    const { metadata } = this.#sessionConfig;
    const connection = new Connection(
      this.#parts,
      {
        role: 'client',
        config: this.#sessionConfig,
        codecName: this.#parts.codec.name,
        epoch,
        handshakeDeadline: deadline,
        // No session to resume: each connection begins a new one at the server.
        hello: { session: '', token: '', boot: BOOT_ID, epoch, received: 0, handled: 0, credentials, metadata },
      },
      this,
      (listener) => {
        const transport = new SocketTransport(socket);
        transport.attach(listener);
        return transport;
      },
    );
    this.attach(connection, epoch, targetAddress(target));
  }

  #handleDialFailure({ cause, error }: DialFailure): void {
    this.#lastError = error;
    const { code, syscall } = error as NodeJS.ErrnoException;
    this.handleDialEnd(cause, { code, syscall, detail: error.message });
  }

  protected override beforeConnect({ session }: Welcome): void {
    this.identify(session);
    this.#connectedAt = this.#parts.clock.now();
  }

  protected override endSession(ending: Pick<Ending, 'cause' | 'evidence'>): void {
    this.#retryAlarm.clear();
    this.#dialling?.abort();
    this.#stopHearingStalls();
    this.#stopHearingSignal();
    super.endSession(ending);
  }

  protected override afterConnection(ending: Ending): void {
    this.#forgiveAttempts(ending);
    const { reconnect } = this.#config;
    const isFinal = this.isClosing || FINAL_CAUSES.has(ending.cause);
    if (reconnect === undefined || isFinal || this.#attempts >= reconnect.maxAttempts) return this.endSession(ending);
    this.#attempts += 1;
    const delayMs = this.#delayMs(reconnect, ending);
    // Arm, then tell: a listener that throws does not stop the client from coming back.
    this.#retryAlarm.set(this.#parts.clock.now() + delayMs);
    this.tell('reconnecting', { attempt: this.#attempts, delayMs, cause: ending.cause, evidence: ending.evidence });
  }

  /** Delays start from the base again only after a connection that lasted, and on which a heartbeat was answered: connecting alone proves little. */
  #forgiveAttempts({ evidence }: Ending): void {
    const minUptimeMs = this.#config.reconnect?.minUptimeMs ?? 0;
    const upMs = this.#connectedAt === undefined ? -1 : this.#parts.clock.now() - this.#connectedAt;
    const isProven = evidence.rttMs !== undefined || this.#sessionConfig.keepalive === undefined;
    this.#connectedAt = undefined;
    if (upMs >= minUptimeMs && isProven) this.#attempts = 0;
  }

  /** Our own backing off, but not before the server said that we are welcome again. */
  #delayMs(backoff: BackoffConfig, { goodbye }: Ending): number {
    const { random } = this.#parts;
    const ownMs = backoffMs(backoff, this.#attempts, random);
    return goodbye === undefined ? ownMs : Math.max(ownMs, goodbye.retryAfterMs + goodbye.spreadMs * random());
  }

  #handleStall(stall: Stall): void {
    const { keepalive } = this.#sessionConfig;
    if (keepalive === undefined || stall.durationMs <= keepalive.intervalMs / 4) return;
    this.#parts.logger.warn({ stall }, 'process stalled');
    this.emit('stall', stall);
  }
}
