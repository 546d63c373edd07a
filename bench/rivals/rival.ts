/** What is compared: something that carries messages over TCP on loopback, and finds out whether its connections live. */

export const LOOPBACK = '127.0.0.1';

/** What one end does with a message. It must not keep it: some rivals give out views of a chunk. */
export type Receive = (message: Uint8Array) => void;

/** One end of a connection. */
export interface Line {
  /** The message must stay as it is until something has come back for it. Whether it has arrived, nobody says. */
  send(message: Uint8Array): void;
}

/** A client's end. */
export interface ClientLine extends Line {
  /** Heartbeats of the server that have come so far. */
  readonly beats: number;
  readonly isOpen: boolean;
  /** Resolves when the server's handler is done with the message. Undefined: it has no acknowledgements of its own. */
  readonly deliver?: (message: Uint8Array) => Promise<unknown>;
}

export interface ListenOptions {
  /**
   * Each connection is watched with a heartbeat so often, and found dead within {@link boundOf} it. Default: nobody is watched.
   */
  readonly heartbeatMs?: number;
  /** Default: any that is free. */
  readonly port?: number;
}

export interface Rival {
  /** Serves. `accept` is given each connection, and says what is done with its messages. Returns the port. */
  listen(options: ListenOptions, accept: (line: Line) => Receive): Promise<number>;
  /** Clients answer heartbeats, and have none of their own: it is the server that is measured. */
  connect(port: number, receive: Receive): Promise<ClientLine>;
}

/** After so long without a sign of life, each rival has given a connection up: what a heartbeat and a flag promise. */
export function boundOf(heartbeatMs: number): number {
  return 2 * heartbeatMs;
}

/** The heartbeat with which each of them keeps this bound. */
export function heartbeatOf(boundMs: number): number {
  return Math.round(boundMs / 2);
}
