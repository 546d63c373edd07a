/** The floor: `node:net` with a length before each message, and the message's number back when its handler is done. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import type { Handler, System } from './system.ts';
import { LOOPBACK, NUMBER_BYTES, numberOf } from './system.ts';
import { Unanswered } from './unanswered.ts';

const LENGTH_BYTES = 4;
/** From here on, a second buffer in the same write costs less than the copy into one. */
const MIN_UNCOPIED_BYTES = 4_096;

/** One write a message: as one writes it by hand. */
export const net: System = over(writeFrame);

/** With the messages of one turn of the loop in one write, as Systole does: what a hand that knows can reach. */
export const gathered: System = over((socket, message) => {
  if (socket.writableCorked === 0) {
    socket.cork();
    process.nextTick(() => socket.uncork());
  }
  writeFrame(socket, message);
});

function over(write: typeof writeFrame): System {
  return {
    async listen(accept) {
      const server = createServer({ noDelay: true }, (socket) => {
        const handle = accept();
        receive(socket, (message) => {
          handle(message);
          write(socket, message.subarray(0, NUMBER_BYTES));
        });
      });
      server.listen({ host: LOOPBACK, port: 0 });
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },

    async connect(port) {
      const socket = connect({ host: LOOPBACK, port, noDelay: true });
      await once(socket, 'connect');
      const unanswered = new Unanswered();
      receive(socket, (answer) => unanswered.acknowledge(numberOf(answer)));
      return {
        send(message) {
          write(socket, message);
          return unanswered.wait(numberOf(message));
        },
      };
    },
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

/** Hands over each message once it is whole. The bytes are given away: no later chunk is written over them. */
function receive(socket: Socket, handle: Handler): void {
  let rest: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    while (bytes.length - start >= LENGTH_BYTES) {
      const end = start + LENGTH_BYTES + bytes.readUInt32BE(start);
      if (end > bytes.length) break;
      handle(bytes.subarray(start + LENGTH_BYTES, end));
      start = end;
    }
    rest = start < bytes.length ? bytes.subarray(start) : undefined;
  });
}
