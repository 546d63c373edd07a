import { AsyncResource } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { socketsOf } from '@systole/watch';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Where a server that hangs up listens. */
async function listen(): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('socketsOf', () => {
  it('hears of a socket that is made in what it runs, and of no other', async () => {
    const port = await listen();
    const heard: Socket[] = [];
    const [dialled, stop] = socketsOf(
      () => connect(port, '127.0.0.1'),
      (socket) => heard.push(socket),
    );
    const other = connect(port, '127.0.0.1');
    await Promise.all([once(dialled, 'close'), once(other, 'close')]);
    stop();
    expect(heard).toHaveLength(1);
    expect(heard[0]).toBe(dialled);
  });

  it('hears of a socket that is made in an event of one before, until it is stopped', async () => {
    const port = await listen();
    const heard: Socket[] = [];
    const closed: Promise<unknown>[] = [];
    const dial = (left: number): void => {
      const socket = connect(port, '127.0.0.1');
      closed.push(once(socket, 'close'));
      if (left > 0) socket.on('close', () => dial(left - 1));
    };
    const [, stop] = socketsOf(
      () => dial(2),
      (socket) => {
        heard.push(socket);
        if (heard.length === 2) stop();
      },
    );
    while (closed.length < 3) await setImmediate();
    await Promise.all(closed);
    expect(heard).toHaveLength(2);
  });

  it('goes on for 1 of 2 hearers where the other one is stopped twice', async () => {
    const port = await listen();
    const heard: Socket[] = [];
    const [, stopFirst] = socketsOf(
      () => undefined,
      () => {},
    );
    let dial = (): Socket => connect(port, '127.0.0.1');
    const [, stopSecond] = socketsOf(
      () => {
        dial = AsyncResource.bind(dial);
      },
      (socket) => heard.push(socket),
    );
    stopFirst();
    stopFirst();
    const socket = dial();
    await once(socket, 'close');
    stopSecond();
    await once(dial(), 'close');
    expect(heard).toEqual([socket]);
    expect(channel('net.client.socket').hasSubscribers).toBe(false);
  });

  it('tells 0 sockets to who has stopped, while another one is told', async () => {
    const port = await listen();
    const heard: Socket[] = [];
    const [, stopOther] = socketsOf(
      () => undefined,
      () => {},
    );
    let dial = (): Socket => connect(port, '127.0.0.1');
    const [, stop] = socketsOf(
      () => {
        dial = AsyncResource.bind(dial);
      },
      (socket) => heard.push(socket),
    );
    stop();
    await once(dial(), 'close');
    stopOther();
    expect(heard).toEqual([]);
  });

  it('leaves nothing behind where open throws', () => {
    const open = (): never => {
      throw new Error('no such host');
    };
    expect(() => socketsOf(open, () => {})).toThrow('no such host');
    expect(channel('net.client.socket').hasSubscribers).toBe(false);
  });
});
