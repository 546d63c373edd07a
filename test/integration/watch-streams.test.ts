import { once } from 'node:events';
import { connect as connectSocket, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { attach } from '@systole/client';
import { ManualClock } from '@systole/testing';
import { watch } from '@systole/watch';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectPair, WATCHED_KINDS } from '../support/watched-pairs.ts';

/** The verdict comes 2,500 ms after the last evidence at most. */
const TRIPLE = { idle: 1_000, interval: 500, probes: 3 } as const;

/** All that a watch might change about a stream. */
function stateOf(stream: NodeJS.EventEmitter & { readableFlowing: boolean | null; isPaused(): boolean }): object {
  return {
    listeners: stream.eventNames().map((name) => [String(name), stream.listenerCount(name)]),
    own: ['push', 'write', 'read', 'emit'].filter((name) => Object.hasOwn(stream, name)),
    flowing: stream.readableFlowing,
    paused: stream.isPaused(),
  };
}

describe.each(WATCHED_KINDS)('a %s socket that is watched', (kind) => {
  it('is left as it was by stop(), and is not started meanwhile', async () => {
    const { near } = await connectPair(kind);
    const before = stateOf(near);
    const watching = watch(near, { keepalive: TRIPLE, clock: new ManualClock(), idle: { both: '1s' } });
    const { flowing, own } = stateOf(near) as { flowing: unknown; own: unknown };
    expect([flowing, own]).toEqual([null, []]);
    watching.stop();
    expect(stateOf(near)).toEqual(before);
  });

  it('has its bytes counted whoever reads it: nobody, a listener, a pipe, for await', async () => {
    const readers: ((socket: Awaited<ReturnType<typeof connectPair>>['near']) => unknown)[] = [
      (socket) => once(socket, 'readable'),
      (socket) => once(socket, 'data'),
      (socket) => once(socket.pipe(new PassThrough()), 'data'),
      (socket) => socket[Symbol.asyncIterator]().next(),
    ];
    for (const read of readers) {
      const { near, far } = await connectPair(kind);
      const clock = new ManualClock();
      const watching = watch(near, { keepalive: TRIPLE, clock });
      const before = watching.inspect().bytesIn;
      far.write('hello');
      await read(near);
      expect(watching.inspect().bytesIn - before).toBeGreaterThanOrEqual(5);
      clock.advance(100);
      expect(watching.inspect().silenceMs).toBeLessThanOrEqual(100);
      watching.stop();
    }
  });

  it('gets nothing less, and nothing else, than it would unwatched', async () => {
    const { near, far } = await connectPair(kind);
    const watching = watch(near, { keepalive: TRIPLE });
    const sent = Buffer.alloc(1_000_000, 'systole ');
    const chunks: Buffer[] = [];
    near.on('data', (chunk: Buffer) => chunks.push(chunk));
    far.end(sent);
    await watching.next('disconnect');
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  });

  it('ends with eof when the peer ends', async () => {
    const { near, far } = await connectPair(kind);
    const over = watch(near, { keepalive: TRIPLE }).next('disconnect');
    near.resume();
    far.end();
    expect((await over).cause).toBe('eof');
  });

  it('ends with eof when the peer ends behind bytes that the owner has not read, and he may still read them', async () => {
    const { near, far } = await connectPair(kind);
    const over = watch(near, { keepalive: { idle: 400, interval: 200, probes: 2 } }).next('disconnect');
    far.end('the last word');
    expect((await over).cause).toBe('eof');
    const chunks: Buffer[] = [];
    for await (const chunk of near) chunks.push(chunk as Buffer);
    expect(String(Buffer.concat(chunks))).toBe('the last word');
  });

  it('L4: does not take text that joins a stuck queue for a queue that moves, whatever bytes its characters take', async () => {
    const { near } = await connectPair(kind);
    const triple = { idle: 400, interval: 200, probes: 2 } as const;
    near.write(new Uint8Array(32_000_000)); // more than the kernels take for a peer that does not read
    const watching = watch(near, { keepalive: triple, writeTimeout: '8s', probe: () => near.write('PING') });
    const talk = setInterval(() => near.write('é'.repeat(1_000)), 10);
    onTestFinished(() => clearInterval(talk));
    const { cause, evidence } = await watching.next('dead');
    expect(cause).toBe('write-stalled');
    expect(evidence.silenceMs).toBeLessThan(4_000);
  });

  it('is over although its owner has taken all listeners off', async () => {
    const { near } = await connectPair(kind);
    const watching = watch(near, { keepalive: { idle: 400, interval: 200, probes: 2 } });
    const over = watching.next('disconnect');
    near.removeAllListeners();
    near.on('error', () => {});
    near.destroy();
    expect((await over).cause).toBe('closed-locally');
  });
});

describe.each(['tcp', 'tls', 'tls-over-socket'] as const)('a %s socket that is watched', (kind) => {
  it('ends with reset when the peer resets', async () => {
    const { near, reset } = await connectPair(kind);
    const over = watch(near, { keepalive: TRIPLE }).next('disconnect');
    near.resume();
    reset();
    const { cause, evidence } = await over;
    expect([cause, evidence.code]).toEqual(['reset', 'ECONNRESET']);
  });
});

describe.each(['tls', 'tls-over-socket'] as const)('a %s socket that is watched', (kind) => {
  it('L2: counts part of a record, of which nobody can read anything yet', async () => {
    const { near, far } = await connectPair(kind);
    const clock = new ManualClock();
    const watching = watch(near, { keepalive: TRIPLE, clock });
    near.resume();
    far.write('whole');
    await once(near, 'data');
    const { bytesIn } = watching.inspect();
    far.write('x');
    await once(near, 'data');
    // A record of one byte takes more than twenty on the wire.
    expect(watching.inspect().bytesIn - bytesIn).toBeGreaterThan(20);
  });
});

describe('a stream that is no socket', () => {
  it('is left as it was by stop(), and is not started meanwhile', () => {
    const stream = new PassThrough();
    const before = stateOf(stream);
    const watching = watch(stream, { keepalive: TRIPLE, clock: new ManualClock() });
    expect(stream.readableFlowing).toBe(null);
    stream.write('counted');
    expect(watching.inspect()).toMatchObject({ bytesIn: 7, bytesOut: 7 });
    watching.stop();
    expect(stateOf(stream)).toEqual(before);
  });

  it("keeps somebody's own push, below ours and above it", () => {
    const stream = new PassThrough();
    const below: unknown[] = [];
    const above: unknown[] = [];
    const { push } = stream;
    stream.push = function (this: PassThrough, chunk: unknown) {
      below.push(chunk);
      return push.call(this, chunk);
    };
    const theirs = stream.push;
    const first = watch(stream, { keepalive: TRIPLE, clock: new ManualClock() });
    first.stop();
    expect(stream.push).toBe(theirs);

    const second = watch(stream, { keepalive: TRIPLE, clock: new ManualClock() });
    const ours = stream.push;
    stream.push = function (this: PassThrough, chunk: unknown) {
      above.push(chunk);
      return ours.call(this, chunk);
    };
    second.stop();
    stream.push('still passes');
    expect([below, above, String(stream.read())]).toEqual([['still passes'], ['still passes'], 'still passes']);
  });
});

describe('a socket with a session of Systole', () => {
  it('is refused: it is watched by its session', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connectSocket(server.address() as { port: number });
    await once(socket, 'connect');
    const client = attach(socket);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    expect(() => watch(socket)).toThrow('stream must be without a session of Systole, got one that has it');
  });
});
