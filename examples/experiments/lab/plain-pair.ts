/** Two plain sockets, in this process, and what ours is told. */

import { once } from 'node:events';
import type { AddressInfo, Socket, TcpNetConnectOpts } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Column } from './column.ts';
import type { Side } from './experiment.ts';

/** A connection, from both sides. */
export interface Ends {
  readonly ours: Socket;
  readonly peers: Socket;
  readonly column: Column;
}

/** How our end is made. */
export interface PlainOptions {
  /** Whether our writing half outlives the peer's FIN. Default: false, as in Node. */
  readonly allowHalfOpen?: boolean;
  /** How many bytes the peer sends, where not all of them may come. */
  readonly sent?: number;
  /** How many bytes one read may bring. Default: 64 KiB, as in Node. */
  readonly readSize?: number;
}

/** Connects, acts, and waits until our socket is closed. The peer reads whatever comes. */
export function plainPair(act: (ends: Ends) => Promise<void> | void, options: PlainOptions = {}): Side {
  return async (column) => {
    const server = createServer().listen(0, '127.0.0.1');
    column.atEnd(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ours = connect({ host: '127.0.0.1', port, ...describeReading(options) });
    const [[peers]] = (await Promise.all([once(server, 'connection'), once(ours, 'connect')])) as [[Socket], unknown];
    peers.on('error', () => {}).resume();
    column.atEnd(() => void peers.destroy());
    const closed = tellSocket(column, ours, options.sent);
    await act({ ours, peers, column });
    await closed;
  };
}

function describeReading({ allowHalfOpen = false, readSize }: PlainOptions): Omit<TcpNetConnectOpts, 'port'> {
  if (readSize === undefined) return { allowHalfOpen };
  return { allowHalfOpen, onread: { buffer: Buffer.alloc(readSize), callback: () => true } };
}

/** Reads a socket and tells every event of it from now on; data that comes in several pieces is told as one. Resolves at `close`. */
export function tellSocket(column: Column, socket: Socket, sent?: number): Promise<void> {
  let toldBytes = 0;
  const tell = (line: string): void => {
    const bytes = socket.bytesRead - toldBytes;
    toldBytes += bytes;
    if (bytes > 0) column.tell(describeData(bytes, sent));
    column.tell(line);
  };
  socket.on('end', () => tell('end'));
  socket.on('error', (error) => tell(`error: ${describeError(error)}`));
  socket.resume();
  column.atEnd(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.on('close', () => {
      tell('close');
      resolve();
    });
  });
}

/** Writes, and tells whether our kernel has taken it. */
export function tellWrite(column: Column, socket: Socket, data: string): Promise<void> {
  return new Promise((resolve) => {
    socket.write(data, (error?: NodeJS.ErrnoException | null) => {
      column.tell(`write: ${error?.code ?? 'taken by our kernel'}`);
      resolve();
    });
  });
}

function describeData(bytes: number, sent = bytes): string {
  return bytes === sent ? `data: ${bytes} bytes` : `data: a part of ${sent} bytes`;
}

function describeError({ code, syscall }: NodeJS.ErrnoException): string {
  return syscall === undefined ? `${code}` : `${code} on ${syscall}`;
}

/** Resolves at `close`, which must be still to come. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}
