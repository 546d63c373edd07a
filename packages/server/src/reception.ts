/** The reception: every accepted socket is an arrival here, until it is admitted as a session or turned away. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Ending, Evidence, Hello, Logger, SessionParts } from '@systole/core';
import { Connection } from '@systole/core';
import { publishRejected, SocketTransport } from '@systole/core/node';
import { peerAddressOf } from './address.ts';
import type { RejectedEvent } from './api.ts';
import type { ArrivalHost, Entrance } from './arrival.ts';
import { Arrival } from './arrival.ts';
import type { Authenticate } from './authentication.ts';
import { certificateFlaw, certificateOf } from './certificate.ts';
import { FloodLog } from './flood-log.ts';
import type { ServerConfig } from './options.ts';
import type { ResumeRefusal } from './registry.ts';
import type { Guest } from './server-session.ts';
import { ServerSession } from './server-session.ts';
import type { TlsStage } from './tls-stage.ts';

/** Whom the reception works for. */
export interface ReceptionHost {
  /** The sessions that have a connection; they count against `maxConnections`. */
  readonly connected: number;
  /** Which session the peer goes on with; undefined if it has to begin a new one. Or why it has to go. */
  find(guest: Guest): ServerSession | ResumeRefusal | undefined;
  /** The peer is welcome: goes on with this session, or makes a new one, of its connection. */
  admit(connection: Connection, guest: Guest, session: ServerSession | undefined): void;
  /** A connection did not become a session. */
  handleRejected(event: RejectedEvent): void;
}

/** Who decides on arrivals beside the config. */
export interface Doorkeepers {
  readonly tls: TlsStage | undefined;
  readonly authenticate: Authenticate | undefined;
}

/** When a peer is to come back that came to a full server: soon, as places get free, but not all at once. */
const FULL_RETRY = { retryAfterMs: 1_000, spreadMs: 10_000 } as const;

/** Evidence of a socket at which nobody has looked. */
const UNSEEN = {
  epoch: 0,
  phase: 'handshake',
  silenceMs: undefined,
  probesSent: 0,
  rttMs: undefined,
  stallMs: undefined,
  syscall: undefined,
  hint: undefined,
} as const satisfies Partial<Evidence>;

/** See the head of the file. */
export class Reception implements ArrivalHost {
  readonly #parts: SessionParts;
  readonly #logger: Logger;
  readonly #config: ServerConfig;
  readonly #doorkeepers: Doorkeepers;
  readonly #host: ReceptionHost;
  readonly #arrivals = new Set<Arrival>();
  readonly #floodLog: FloodLog<RejectedEvent>;
  #accepted = 0;
  #rejected = 0;

  constructor(parts: SessionParts, config: ServerConfig, doorkeepers: Doorkeepers, host: ReceptionHost) {
    this.#parts = parts;
    this.#logger = parts.logger;
    this.#config = config;
    this.#doorkeepers = doorkeepers;
    this.#host = host;
    this.#floodLog = new FloodLog(parts.clock, (last, count) =>
      this.#logger.warn({ ...last, count }, 'connections over the limit'),
    );
  }

  /** How many arrivals there are, and how all came out that are none any more. */
  get counts(): { readonly arrivals: number; readonly accepted: number; readonly rejected: number } {
    return { arrivals: this.#arrivals.size, accepted: this.#accepted, rejected: this.#rejected };
  }

  /** A socket that our own port has accepted. */
  receive(socket: Socket): void {
    const { tls } = this.#doorkeepers;
    if (tls === undefined) return this.adopt(socket);
    if (this.#isFlooded(socket)) return;
    const transport = tls.secure(socket, this.#config.socket);
    const { requiresCertificate } = tls;
    const address = peerAddressOf(socket);
    this.#enter({ address, transport, tlsSocket: () => transport.socket, requiresCertificate });
  }

  /** A socket that needs no TLS of ours. */
  adopt(socket: Socket): void {
    if (this.#isFlooded(socket)) return;
    const transport = new SocketTransport(socket, this.#config.socket);
    const tlsSocket = (): TLSSocket | undefined => (socket instanceof TLSSocket ? socket : undefined);
    this.#enter({ address: peerAddressOf(socket), transport, tlsSocket, requiresCertificate: false });
  }

  /** Turns all away that are still here: the server is closing. */
  dismissAll(): void {
    for (const { connection } of this.#arrivals) connection.destroy('closed-locally', 'the server is closing');
    this.#floodLog.finish();
  }

  /** Beyond `maxHandshakes` a socket is destroyed before it costs more than itself. */
  #isFlooded(socket: Socket): boolean {
    const { maxHandshakes } = this.#config.limits;
    if (this.#arrivals.size < maxHandshakes) return false;
    const address = peerAddressOf(socket);
    const detail = `${maxHandshakes} connections are in the handshake already`;
    socket.on('error', ignore);
    socket.destroy();
    this.#tell({ address, cause: 'rejected', evidence: { ...UNSEEN, code: 'maxHandshakes', detail } });
    return true;
  }

  #enter(entrance: Entrance): void {
    const { clock, codec } = this.#parts;
    const { transport } = entrance;
    const init = {
      role: 'server',
      config: this.#config.session,
      codecName: codec.name,
      epoch: 0,
      handshakeDeadline: clock.now() + this.#config.session.handshakeTimeoutMs,
    } as const;
    const connect = (owner: Arrival): Connection =>
      new Connection(this.#parts, init, owner, (listener) => {
        transport.attach(listener);
        return transport;
      });
    this.#arrivals.add(new Arrival(this, entrance, connect));
  }

  // What arrivals tell.

  welcome(arrival: Arrival, hello: Hello): void {
    const { authenticate } = this.#doorkeepers;
    if (this.#refuseByCertificate(arrival) || this.#refuseByLimit(arrival)) return;
    if (authenticate === undefined) this.#admit(arrival, hello, undefined);
    else void this.#authenticate(arrival, hello, authenticate);
  }

  reject(arrival: Arrival, { cause, evidence }: Ending): void {
    this.#arrivals.delete(arrival);
    const { address, transport } = arrival.entrance;
    const event = { address, cause, evidence };
    const isHealthCheck = transport.receivedBytes === 0 && (cause === 'eof' || cause === 'reset');
    this.#tell(event, isHealthCheck ? 'debug' : 'warn');
  }

  #refuseByCertificate({ connection, entrance }: Arrival): boolean {
    const socket = entrance.tlsSocket();
    const code = entrance.requiresCertificate && socket !== undefined ? certificateFlaw(socket) : undefined;
    if (code === undefined) return false;
    const reason = `the client's certificate is not accepted: ${code}`;
    connection.refuse({ code: 'rejected', reason }, { cause: 'bad-certificate', code });
    return true;
  }

  /** Not `rejected`, after which a client would not come back. */
  #refuseByLimit({ connection }: Arrival): boolean {
    const { maxConnections } = this.#config.limits;
    if (this.#host.connected + this.#arrivals.size <= maxConnections) return false;
    const reason = `the server has all of the ${maxConnections} connections that it may have`;
    connection.refuse({ code: 'going-away', reason, ...FULL_RETRY }, { code: 'maxConnections' });
    return true;
  }

  async #authenticate(arrival: Arrival, hello: Hello, authenticate: Authenticate): Promise<void> {
    const { credentials, metadata, boot } = hello;
    const { address, tlsSocket } = arrival.entrance;
    const socket = tlsSocket();
    const certificate = socket === undefined ? undefined : certificateOf(socket);
    let identity: unknown;
    try {
      identity = await authenticate({ credentials, metadata, boot, address, certificate });
    } catch (error) {
      return arrival.connection.refuse({ code: 'rejected', reason: reasonOf(error) });
    }
    if (identity === false) arrival.connection.refuse({ code: 'rejected', reason: 'the peer is not welcome here' });
    else this.#admit(arrival, hello, identity);
  }

  #admit(arrival: Arrival, hello: Hello, identity: unknown): void {
    // Who went away while it was judged has been rejected by then.
    if (!this.#arrivals.has(arrival)) return;
    const { connection, entrance } = arrival;
    const guest = { hello, address: entrance.address, identity };
    const found = this.#host.find(guest);
    if (found !== undefined && !(found instanceof ServerSession)) return connection.refuse(found.close, found.end);
    this.#arrivals.delete(arrival);
    this.#accepted += 1;
    this.#host.admit(connection, guest, found);
  }

  #tell(event: RejectedEvent, level: 'debug' | 'warn' = 'warn'): void {
    const { code } = event.evidence;
    this.#rejected += 1;
    publishRejected(event);
    if (code === 'maxHandshakes' || code === 'maxConnections') this.#floodLog.add(event);
    else this.#logger[level](event, 'connection rejected');
    this.#host.handleRejected(event);
  }
}

/** Of what users throw, which need be neither an Error nor printable. */
function reasonOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return '';
  }
}

function ignore(): void {}
