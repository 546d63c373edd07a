import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeOver } from '../../src/node/attachable.ts';
import { SocketTransport } from '../../src/node/socket-transport.ts';
import type { TransportListener } from '../../src/words/transport.ts';

const DEAF: TransportListener = { handleBytes() {}, handleEnd() {}, handleDrained() {}, handleClosed() {} };

describe('takeOver', () => {
  let server: Server;
  let near: Socket;
  let far: Socket;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    near = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [[far]] = await Promise.all([accepted, once(near, 'connect')]);
  });

  afterEach(() => {
    near.destroy();
    far.destroy();
    server.close();
  });

  it('takes a connected socket, and makes it half-open', () => {
    expect(near.allowHalfOpen).toBe(false);
    takeOver(near);
    expect(near.allowHalfOpen).toBe(true);
  });

  it('takes a socket that flows', () => {
    near.resume();
    expect(() => takeOver(near)).not.toThrow();
  });

  const refused: [name: string, spoil: () => unknown, message: string][] = [
    ['destroyed', () => near.destroy(), 'open, got one that is destroyed'],
    ['attached', () => new SocketTransport(near).attach(DEAF), 'free, got one that is attached already'],
    ['ended', () => near.end(), 'open both ways, got one on which end() was called'],
    [
      'half-closed by its peer',
      async () => {
        near.allowHalfOpen = true;
        far.end();
        near.resume();
        await once(near, 'end');
      },
      "open both ways, got one that has had the peer's FIN",
    ],
    ['paused', () => near.pause(), 'flowing or untouched, got one that is paused: call resume() just before'],
    [
      'with 3 unread bytes',
      async () => {
        far.write('abc');
        near.on('readable', () => {});
        await once(near, 'readable');
      },
      'unread, got one with unread bytes: read them, and give them as head',
    ],
    ['with a reader', () => near.on('readable', () => {}), "without a reader, got one with a 'readable' listener"],
    ['with an encoding', () => near.setEncoding('utf8'), 'a stream of bytes, got one with an encoding'],
  ];

  it.each(refused)('refuses a socket that is %s, and changes nothing', async (_, spoil, message) => {
    await spoil();
    const { allowHalfOpen } = near;
    const error = { code: 'ERR_SOCKET', message: `socket must be ${message}` };
    expect(() => takeOver(near)).toThrow(expect.objectContaining(error));
    expect(near.allowHalfOpen).toBe(allowHalfOpen);
  });

  it('refuses a socket that is still connecting', () => {
    const connecting = connect((server.address() as AddressInfo).port, '127.0.0.1');
    expect(() => takeOver(connecting)).toThrow('socket must be connected, got one that is not, or not yet');
    connecting.destroy();
  });

  it('refuses a socket that was never connected, and what is no socket', () => {
    expect(() => takeOver(new Socket())).toThrow('socket must be connected');
    expect(() => takeOver({} as Socket)).toThrow('socket must be a Socket of node:net or node:tls, got something else');
  });
});
