// W6: what a peer can cost, and gets, before `authenticate` has let it in.

import type { Server } from '@systole/server';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { makeHook } from '../support/hook.ts';
import { startServer } from '../support/pair.ts';
import { ackFrame, bytesOf, dataFrame, encode, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';

const HELLO = Buffer.concat([PREAMBLE, bytesOf(helloFrame())]);

/** Room for 3 in the handshake, of whatever address. */
const THREE = { keepalive: false, maxHandshakes: 3, maxHandshakesPerAddress: 3 } as const;

/** Says HELLO and resets the connection as soon as it is being judged. */
async function hitAndRun(server: Server, { calls }: ReturnType<typeof makeHook>): Promise<void> {
  const before = calls.items.length;
  const gone = server.next('rejected');
  const peer = await RawPeer.connect(server.address);
  peer.write(HELLO);
  await calls.count(before + 1);
  peer.socket.resetAndDestroy();
  expect(await gone).toMatchObject({ cause: 'reset' });
}

/** Says HELLO, is judged, and welcome. */
async function letIn(server: Server, { calls }: ReturnType<typeof makeHook>): Promise<void> {
  const before = calls.items.length;
  const peer = await RawPeer.connect(server.address);
  peer.write(HELLO);
  (await calls.count(before + 1)).at(-1)?.answer('ann');
  await peer.next('welcome');
}

describe('calls of authenticate for peers that have gone', () => {
  it('count for maxHandshakes 3 until they settle: behind 3 that hit and run, a 4th is not even heard', async () => {
    const hook = makeHook();
    const server = await startServer({ ...THREE, authenticate: hook.authenticate });
    for (let count = 0; count < 3; count += 1) await hitAndRun(server, hook);
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 3 });
    const rejected = server.next('rejected');
    const fourth = await RawPeer.connect(server.address);
    await fourth.closed();
    expect(await rejected).toMatchObject({
      cause: 'rejected',
      evidence: {
        code: 'maxHandshakes',
        detail: '3 connections are in the handshake already, 3 of them gone before authenticate has answered',
      },
    });
    expect(hook.calls.items.length).toBe(3);
    hook.calls.items[0]?.answer('nobody');
    await letIn(server, hook);
    expect(server.inspect()).toMatchObject({ sessions: 1, accepted: 1, rejected: 4 });
  });

  it('leave room below maxHandshakes 3: behind 2 that hit and run, a 3rd is let in', async () => {
    const hook = makeHook();
    const server = await startServer({ ...THREE, authenticate: hook.authenticate });
    for (let count = 0; count < 2; count += 1) await hitAndRun(server, hook);
    await letIn(server, hook);
  });

  it('count for maxHandshakesPerAddress 2 as well, and give the place back when they settle', async () => {
    const hook = makeHook();
    const options = { keepalive: false, maxHandshakesPerAddress: 2, authenticate: hook.authenticate } as const;
    const server = await startServer(options);
    for (let count = 0; count < 2; count += 1) await hitAndRun(server, hook);
    const rejected = server.next('rejected');
    await (await RawPeer.connect(server.address)).closed();
    expect(await rejected).toMatchObject({ evidence: { code: 'maxHandshakesPerAddress' } });
    hook.calls.items[0]?.answer('nobody');
    await letIn(server, hook);
    hook.calls.items[1]?.answer('nobody');
    // Twice more: what was given back was given back once.
    for (let count = 0; count < 2; count += 1) await hitAndRun(server, hook);
    await (await RawPeer.connect(server.address)).closed();
    expect(server.inspect()).toMatchObject({ sessions: 1, arrivals: 0, rejected: 6 });
  });

  it('are at most 3 at one time with maxHandshakes 3, however often a peer connects and resets: 50 times here', async () => {
    const hook = makeHook();
    const server = await startServer({ ...THREE, authenticate: hook.authenticate });
    for (let count = 0; count < 50; count += 1) {
      const gone = server.next('rejected');
      const peer = await RawPeer.connect(server.address);
      peer.write(HELLO);
      if (count < 3) await hook.calls.count(count + 1);
      peer.socket.resetAndDestroy();
      await gone;
    }
    expect(hook.calls.items.length).toBe(3);
    expect(server.inspect()).toMatchObject({ arrivals: 0, rejected: 50 });
  });

  it('that never settle count for handshakeTimeout, 10,000 ms, and no longer: a hook that hangs locks nobody out', async () => {
    const hook = makeHook();
    const clock = new ManualClock();
    const options = { keepalive: false, maxHandshakes: 1, authenticate: hook.authenticate, clock } as const;
    const server = await startServer(options);
    await hitAndRun(server, hook);
    clock.advance(9_999);
    await (await RawPeer.connect(server.address)).closed();
    expect(hook.calls.items.length).toBe(1);
    clock.advance(1);
    await letIn(server, hook);
  });

  it('that never settle count for the whole 10,000 ms also where the system has slept for a minute after 1 of them', async () => {
    const hook = makeHook();
    const clock = new ManualClock();
    const options = { keepalive: false, maxHandshakes: 1, authenticate: hook.authenticate, clock } as const;
    const server = await startServer(options);
    await hitAndRun(server, hook);
    clock.advance(1);
    clock.sleep(60_000); // every alarm rings, and the monotonic clock stands
    clock.advance(9_998);
    await (await RawPeer.connect(server.address)).closed();
    expect(hook.calls.items.length).toBe(1);
    clock.advance(1);
    await letIn(server, hook);
  });
});

describe('a peer that is being judged', () => {
  it.each([
    { what: 'PING', frames: bytesOf({ type: 'ping', number: 1 }) },
    { what: 'DATA', frames: bytesOf(dataFrame(1, 'handle me')) },
    { what: 'ACK', frames: bytesOf(ackFrame({})) },
    { what: 'HELLO', frames: bytesOf(helloFrame()) },
    { what: 'PONG', frames: bytesOf({ type: 'pong', number: 1 }) },
  ])('gets no PONG, and nothing is handled, but protocol-error for $what behind HELLO', async ({ what, frames }) => {
    const { authenticate, calls } = makeHook();
    const handled: unknown[] = [];
    const server = await startServer({ authenticate, onMessage: (message) => void handled.push(message) });
    const told: string[] = [];
    server.on('session', () => told.push('session'));
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO, frames);
    const reason = `${what} came before WELCOME`;
    expect(await rejected).toMatchObject({ cause: 'protocol-error', evidence: { detail: reason } });
    await peer.closed();
    for (const { answer } of calls.items) answer('ann');
    expect(peer.frames.items).toMatchObject([{ type: 'close', code: 'protocol-error', reason }]);
    expect({ handled, told }).toEqual({ handled: [], told: [] });
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0, rejected: 1 });
  });

  it('is answered nothing at all: no byte leaves before authenticate has answered', async () => {
    const { authenticate, calls } = makeHook();
    const clock = new ManualClock();
    const server = await startServer({ authenticate, clock });
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    const { answer } = await calls.first();
    await clock.advanceAsync(9_999); // far longer than idle
    expect(peer.received.length).toBe(0);
    answer('ann');
    await peer.next('welcome');
    expect(peer.frames.items[0]?.type).toBe('welcome');
  });

  /** The first bytes of a DATA frame of this length, which is what its type and its body take. */
  const beginningOf = (length: number): Uint8Array =>
    bytesOf({ type: 'data', number: 1, part: 'whole', payload: encode('x'.repeat(length - 6)) }).subarray(0, 9);

  it('may have begun a frame of 16,384 bytes by then, which is held and waits; one of 16,385 is protocol-error', async () => {
    const { authenticate, calls } = makeHook();
    const server = await startServer({ authenticate });
    const lawful = await RawPeer.connect(server.address);
    lawful.write(HELLO, beginningOf(16_384));
    (await calls.first()).answer('ann');
    await lawful.next('welcome');
    const rejected = server.next('rejected');
    const greedy = await RawPeer.connect(server.address);
    greedy.write(HELLO, beginningOf(16_385));
    expect(await rejected).toMatchObject({
      cause: 'protocol-error',
      evidence: { detail: 'a frame has the length 16385, over the limit of 16384' },
    });
  });

  it('may give up with CLOSE, and is not let in any more', async () => {
    const { authenticate, calls } = makeHook();
    const server = await startServer({ authenticate });
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(HELLO);
    const { who, answer } = await calls.first();
    const nothing = { lastAccepted: 0, retryAfterMs: 0, spreadMs: 0, reason: '' };
    peer.send({ type: 'close', scope: 'connection', code: 'normal', ...nothing });
    expect(await rejected).toMatchObject({ cause: 'closed-by-peer' });
    expect(who.signal.aborted).toBe(true);
    answer('ann');
    await peer.closed();
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0, accepted: 0 });
  });
});
