import type { SystoleError } from '@systole/client';
import { describe, expect, it } from 'vitest';
import { startClient, startPair, startServer } from '../support/pair.ts';
import {
  ackFrame,
  bytesOf,
  dataFrame,
  encode,
  listenRaw,
  PREAMBLE,
  RawPeer,
  resultFrame,
  welcomeFrame,
} from '../support/raw-peer.ts';

const SOON = { base: 10, cap: 10 };

describe('messages and lost connections', () => {
  it('D4: hands a message that was sent and not answered back: ERR_IN_DOUBT', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: SOON });
    const sent = client.send('hello');
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await peer.next('data');
    peer.socket.destroy();
    await expect(sent).rejects.toMatchObject({ code: 'ERR_IN_DOUBT', fault: 'nobody' });
    expect(client.inspect()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
  });

  it('D2: settles what an answer covers, and hands back the rest: 2 of 4', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient(address);
    const outcomes = [1, 2, 3, 4].map((n) =>
      client.send(n).then(
        (value) => value ?? 'done',
        ({ code }: SystoleError) => code,
      ),
    );
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await peer.frames.first((frame) => frame.type === 'data' && frame.number === 4);
    peer.send(resultFrame(2, 'two'), ackFrame({ received: 4, handled: 2 }));
    peer.socket.end();
    expect(await Promise.all(outcomes)).toEqual(['done', 'two', 'ERR_IN_DOUBT', 'ERR_IN_DOUBT']);
  });

  it('sends 3 messages that were queued before the first connection, in order', async () => {
    const first = await startServer();
    const address = first.address as { port: number; host: string };
    await first.close();
    const client = startClient({ ...address, reconnect: { base: 50, cap: 50 } });
    await client.next('reconnecting');
    const sent = ['a', 'b', 'c'].map((message) => client.send(message));
    expect(client.inspect()).toMatchObject({ state: 'waiting', queuedMessages: 3 });
    const handled: unknown[] = [];
    await startServer({ onMessage: (message) => handled.push(message) }, address);
    expect(await Promise.all(sent)).toEqual([1, 2, 3]);
    expect(handled).toEqual(['a', 'b', 'c']);
  });

  it('sends a message that was queued between two connections on the next, where numbers begin anew', async () => {
    const { client, session } = await startPair({
      client: { reconnect: SOON },
      server: { onMessage: (message) => message },
    });
    expect(await client.send('first')).toBe('first');
    session.destroy();
    await client.next('disconnect');
    expect(await client.send('second')).toBe('second');
    expect(client.epoch).toBe(2);
  });

  it('does the same over 5 connections, with 10 messages on each, in both directions', async () => {
    const { server, client } = await startPair({
      client: { reconnect: SOON, onMessage: (message) => message },
      server: { onMessage: (message) => message },
    });
    for (const epoch of [1, 2, 3, 4, 5]) {
      const numbers = Array.from({ length: 10 }, (_, n) => epoch * 100 + n);
      expect(await Promise.all(numbers.map((n) => client.send(n)))).toEqual(numbers);
      const [session] = server.sessions;
      expect(await Promise.all(numbers.map((n) => session?.send(n)))).toEqual(numbers);
      expect(client.epoch).toBe(epoch);
      const gone = client.next('disconnect');
      session?.destroy();
      await gone;
    }
  });

  it('hands everything back when a session ends: ERR_IN_DOUBT what was sent, ERR_CLOSED what was not', async () => {
    const server = await startServer();
    const arrival = server.next('session');
    const peer = await RawPeer.open(server.address, { maxMessage: 2 ** 20 });
    peer.socket.pause();
    const session = await arrival;
    const codes = Array.from({ length: 20 }, () =>
      session.send(new Uint8Array(100_000)).then(
        () => 'handled',
        ({ code }: SystoleError) => code,
      ),
    );
    expect(session.inspect().queuedMessages).toBe(20);
    await session.next('suspect'); // by then the send window is full: 2 are sent, and half of the third
    session.destroy();
    const outcome = await Promise.all(codes);
    expect(outcome).toEqual(outcome.map((_, index) => (index < 2 ? 'ERR_IN_DOUBT' : 'ERR_CLOSED')));
  });

  it('does not let a handler that outlives its connection answer on the next', async () => {
    const { peers, address } = await listenRaw();
    let finish: (value: unknown) => void = () => {};
    const client = startClient({
      ...address,
      reconnect: SOON,
      onMessage: (message) =>
        message === 'slow'
          ? new Promise((resolve) => {
              finish = resolve;
            })
          : message,
    });
    const first = await peers.first();
    first.write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    first.send(dataFrame(1, 'slow'), { type: 'ping', number: 1 });
    await first.next('pong'); // so the message has been taken
    const again = client.next('connect');
    first.socket.destroy();
    const [, second] = await peers.count(2);
    second?.write(PREAMBLE, bytesOf(welcomeFrame()));
    await again;
    // One at a time: the second connection's message waits for the handler of the first.
    second?.send(dataFrame(1, 'fast'));
    finish('too late');
    expect(await second?.next('result')).toMatchObject({ number: 1, ok: true, value: encode('fast') });
  });
});
