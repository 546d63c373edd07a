import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setImmediate as nextCheck } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endOf, namesOf, nextSession, record, startClient, startServer } from '../support/pair.ts';
import {
  ackFrame,
  bytesOf,
  dataFrame,
  helloFrame,
  listenRaw,
  PREAMBLE,
  RawPeer,
  resultFrame,
  welcomeFrame,
} from '../support/raw-peer.ts';

/** The lengths of the chunks that sockets of this kind read, from now on. */
function tapeChunks(kind: 'net.server.socket' | 'net.client.socket'): number[] {
  const lengths: number[] = [];
  const listener = (message: unknown): void => {
    (message as { socket: Socket }).socket.on('data', (chunk) => lengths.push(chunk.length));
  };
  subscribe(kind, listener);
  onTestFinished(() => void unsubscribe(kind, listener));
  return lengths;
}

/** Sends byte by byte, each in a turn of the loop of its own. */
async function drip(peer: RawPeer, ...chunks: readonly Uint8Array[]): Promise<void> {
  for (const byte of Buffer.concat(chunks)) {
    peer.write(Uint8Array.of(byte));
    await nextCheck();
    await nextCheck();
  }
}

const MESSAGE = { text: 'one byte after the other', list: [1, 2, 3] };
const farewell = {
  type: 'close',
  scope: 'session',
  code: 'normal',
  lastAccepted: 0,
  retryAfterMs: 0,
  spreadMs: 0,
} as const;

describe('a peer whose bytes come one by one', () => {
  it('is a client like any other: handshake, 2 messages, PING and goodbye', async () => {
    const chunks = tapeChunks('net.server.socket');
    const handled: unknown[] = [];
    const server = await startServer({ keepalive: false, onMessage: (value) => handled.push(value) });
    const arrival = nextSession(server);
    const peer = await RawPeer.connect(server.address);
    await drip(peer, PREAMBLE, bytesOf(helloFrame({ metadata: { name: 'dripping' } })));
    const { session, tape } = await arrival;
    expect(session.peer?.metadata).toEqual({ name: 'dripping' });
    await drip(peer, bytesOf(dataFrame(1, MESSAGE), { type: 'ping', number: 1_000_000 }, dataFrame(2, null)));
    expect(handled).toEqual([MESSAGE, null]);
    expect(await peer.next('pong')).toMatchObject({ type: 'pong', number: 1_000_000 });
    expect(await peer.frames.first((frame) => frame.type === 'ack' && frame.handled === 2)).toBeDefined();
    await drip(peer, bytesOf({ ...farewell, reason: 'bye' }));
    await peer.closed();
    expect(await endOf(tape)).toMatchObject({ cause: 'closed-by-peer', evidence: { detail: 'bye' } });
    expect(chunks.length).toBeGreaterThan(150);
    expect(Math.max(...chunks)).toBe(1);
  });

  it('is a server like any other', async () => {
    const chunks = tapeChunks('net.client.socket');
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, keepalive: false });
    const tape = record(client);
    const sent = client.send('hello');
    const peer = await peers.first();
    await drip(peer, PREAMBLE, bytesOf(welcomeFrame()));
    await peer.next('data');
    await drip(peer, bytesOf(resultFrame(1, MESSAGE), ackFrame({ received: 1, handled: 1 })));
    expect(await sent).toEqual(MESSAGE);
    await drip(peer, bytesOf({ ...farewell, lastAccepted: 1, reason: '' }));
    expect((await endOf(tape)).cause).toBe('closed-by-peer');
    expect(Math.max(...chunks)).toBe(1);
  });

  it('L2: lives as long as 1 byte of a frame comes now and then: 3 suspicions, no verdict', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    const frame = bytesOf({ type: 'ping', number: 2 ** 40 }); // 10 bytes
    for (let index = 0; index < 3; index += 1) {
      await session.next('suspect');
      peer.write(frame.subarray(index, index + 1));
      await session.next('alive');
    }
    peer.write(frame.subarray(3));
    expect(await peer.next('pong')).toEqual({ type: 'pong', number: 2 ** 40 });
    expect(namesOf(tape)).toEqual(['connect', 'suspect', 'alive', 'suspect', 'alive', 'suspect', 'alive']);
  });

  it('may send 1000 messages in 1 chunk as well', async () => {
    const handled: unknown[] = [];
    const server = await startServer({ onMessage: (value) => void handled.push(value) });
    const peer = await RawPeer.connect(server.address);
    const numbers = Array.from({ length: 1_000 }, (_, index) => index + 1);
    peer.write(PREAMBLE, bytesOf(helloFrame()));
    await peer.next('welcome');
    peer.send(...numbers.map((number) => dataFrame(number, number)));
    expect(await peer.frames.first((frame) => frame.type === 'ack' && frame.handled === 1_000)).toBeDefined();
    expect(handled).toEqual(numbers);
  });
});
