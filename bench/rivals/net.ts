/** Bare `node:net` with a length before each message: without a heartbeat the floor, and with the one that people write by hand. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import type { ClientLine, Line, Receive, Rival } from './rival.ts';
import { boundOf, LOOPBACK } from './rival.ts';

const LENGTH_BYTES = 4;

/** From here on, a second buffer in the same write costs less than the copy into one. */
const MIN_UNCOPIED_BYTES = 4_096;

/** PING, and PONG: a frame without anything in it. */
const BEAT = Buffer.alloc(LENGTH_BYTES);

/** One write a message, and a timer for each connection that shall be watched. */
export const net: Rival = madeOf(writeFrame, watchByFlag);

/** With the messages of one turn of the loop in one write, as Systole does: what a hand that knows can reach. */
export const gathered: Rival = madeOf((socket, message) => {
  if (socket.writableCorked === 0) {
    socket.cork();
    process.nextTick(() => socket.uncork());
  }
  writeFrame(socket, message);
}, watchByFlag);

/** With the other heartbeat that people write: whoever was silent for the whole bound is gone. */
export const deadline: Rival = madeOf(writeFrame, watchByDeadline);

function madeOf(write: typeof writeFrame, watch: typeof watchByFlag): Rival {
  const lineOver = (socket: Socket): Line => ({ send: (message) => write(socket, message) });
  return {
    async listen({ heartbeatMs, port = 0 }, accept) {
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('error', ignore);
        const receive = accept(lineOver(socket));
        read(socket, heartbeatMs === undefined ? receive : watch(socket, heartbeatMs, receive));
      });
      server.listen({ host: LOOPBACK, port, backlog: 1_024 });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },

    async connect(port, receive): Promise<ClientLine> {
      const socket = connect({ host: LOOPBACK, port, noDelay: true });
      await once(socket, 'connect');
      socket.on('error', ignore);
      let beats = 0;
      read(socket, (message) => {
        if (message.length > 0) return receive(message);
        beats += 1;
        socket.write(BEAT);
      });
      return {
        ...lineOver(socket),
        get beats() {
          return beats;
        },
        get isOpen() {
          return !socket.destroyed;
        },
      };
    },
  };
}

/** As it stands in many a service: a timer a connection, and a flag. */
function watchByFlag(socket: Socket, heartbeatMs: number, receive: Receive): Receive {
  let isAlive = true;
  const timer = setInterval(() => {
    if (!isAlive) return socket.destroy();
    isAlive = false;
    return socket.write(BEAT);
  }, heartbeatMs);
  socket.on('close', () => clearInterval(timer));
  return (message) => {
    isAlive = true;
    if (message.length > 0) receive(message);
  };
}

/** As it stands in others: a deadline that each message puts off. */
function watchByDeadline(socket: Socket, heartbeatMs: number, receive: Receive): Receive {
  const verdict = setTimeout(() => socket.destroy(), boundOf(heartbeatMs));
  const timer = setInterval(() => socket.write(BEAT), heartbeatMs);
  socket.on('close', () => {
    clearTimeout(verdict);
    clearInterval(timer);
  });
  return (message) => {
    verdict.refresh();
    if (message.length > 0) receive(message);
  };
}

function writeFrame(socket: Socket, message: Uint8Array): void {
  const isCopied = message.length < MIN_UNCOPIED_BYTES;
  const head = Buffer.allocUnsafe(LENGTH_BYTES + (isCopied ? message.length : 0));
  head.writeUInt32BE(message.length);
  if (isCopied) {
    head.set(message, LENGTH_BYTES);
    socket.write(head);
  } else {
    socket.cork();
    socket.write(head);
    socket.write(message);
    socket.uncork();
  }
}

function read(socket: Socket, receive: Receive): void {
  let rest: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    while (bytes.length - start >= LENGTH_BYTES) {
      const end = start + LENGTH_BYTES + bytes.readUInt32BE(start);
      if (end > bytes.length) break;
      receive(bytes.subarray(start + LENGTH_BYTES, end));
      start = end;
    }
    rest = start < bytes.length ? bytes.subarray(start) : undefined;
  });
}

function ignore(): void {}
