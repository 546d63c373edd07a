/** What is compared: something that carries messages over TCP on loopback, and finds out whether its connections live. */

export const LOOPBACK = '127.0.0.1';

/** What one end does with a message. It must not keep it: some rivals give out views of a chunk. */
export type Receive = (message: Uint8Array) => void;

/** One end of a connection. */
export interface Line {
  /** The message must stay as it is. Whether it has arrived, nobody says. */
  send(message: Uint8Array): void;
}

/** A client's end. */
export interface ClientLine extends Line {
  /** Heartbeats of the server that have come so far. */
  readonly beats: number;
}

export interface Rival {
  /**
   * Serves, and watches each connection with a heartbeat each `heartbeatMs`; undefined: with none. `accept` is given each
   * connection, and says what is done with its messages. Returns the port.
   */
  listen(heartbeatMs: number | undefined, accept: (line: Line) => Receive): Promise<number>;
  /** Clients answer heartbeats, and have none of their own: it is the server that is measured. */
  connect(port: number, receive: Receive): Promise<ClientLine>;
}
