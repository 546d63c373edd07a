import { describe as promiseOf } from '@systole/core';
import { describe, expect, it } from 'vitest';
import { connectPair, eventOf, type SessionPair } from '../support/session-pair.ts';

const KIB = 1_024;
const BOUND_MS = 35_000;

/** The client's messages find room for so much on the way to a peer, and no more in the kernels. */
function connectNarrow(keepalive: false | 'default' = false, bufferBytes: number = 64 * KIB): SessionPair {
  const link = { latencyMs: 1, aToB: { bufferBytes } };
  return connectPair({ server: { keepalive, handler: () => {} }, link }, 2);
}

/** The server runs for the last of so many ms: it reads what has come, and no more, as that takes 2 ms to get there. */
async function readOnce({ server, world }: SessionPair, ms: number): Promise<void> {
  server.clock.stall(ms - 1);
  await world.advanceAsync(ms);
}

/** The client sends so many messages of 16 KiB. What becomes of them is not looked at. */
async function flood({ client, world }: SessionPair, messages: number): Promise<void> {
  for (let i = 0; i < messages; i += 1) client.session.send(new Uint8Array(16 * KIB)).catch(() => {});
  await world.settle();
}

describe('L4: a peer that has stopped reading', () => {
  it('is found 35,000 ms after its last byte, although no PING can leave: write-stalled', async () => {
    const pair = connectNarrow();
    const { world, client, server } = pair;
    await world.advanceAsync(1_000);
    server.clock.stall(Number.POSITIVE_INFINITY);
    await flood(pair, 100);
    expect(client.session.inspect().unwrittenBytes).toBeGreaterThan(100 * KIB);
    await world.advanceAsync(60_000);
    expect(eventOf(client, 'dead')).toMatchObject({
      at: client.heardAt + BOUND_MS,
      payload: { cause: 'write-stalled' },
    });
    expect(client.sent.timesOf('ping').length).toBe(1); // at most one waits unwritten
  });

  it('is found in the same bound where the PING left, and all after it waits: silent', async () => {
    const pair = connectNarrow();
    const { world, client, server } = pair;
    await world.advanceAsync(1_000);
    server.clock.stall(Number.POSITIVE_INFINITY);
    await world.advanceAsync(25_500); // 2 PINGs have left
    await flood(pair, 100);
    await world.advanceAsync(60_000);
    expect(eventOf(client, 'dead')?.at).toBe(client.heardAt + BOUND_MS);
    expect(client.sent.timesOf('ping').length).toBe(3);
  });

  it('leaves no CLOSE behind a full queue: it would never be read', async () => {
    const pair = connectNarrow();
    const { world, client, server } = pair;
    server.clock.stall(Number.POSITIVE_INFINITY);
    await flood(pair, 100);
    await world.advanceAsync(60_000);
    expect(client.ending?.cause).toBe('write-stalled');
    expect(client.sent.timesOf('close')).toEqual([]);
  });

  it('has only 262,144 bytes and the last message in our own queue: the others wait as messages', async () => {
    const pair = connectNarrow();
    pair.server.clock.stall(Number.POSITIVE_INFINITY);
    await flood(pair, 100);
    const { unwrittenBytes, queuedMessages } = pair.client.session.inspect();
    expect(unwrittenBytes).toBeLessThan(262_144 + 17 * KIB);
    expect(queuedMessages).toBe(100);
  });
});

describe('L4: a peer that reads, and never answers', () => {
  it('is found within the maximal bound of describe(), although the queue makes progress again and again', async () => {
    const maxBoundMs = promiseOf()?.maxBoundMs ?? 0;
    const pair = connectNarrow(false, 24 * KIB);
    const { link, client } = pair;
    link.b.attach({ handleBytes() {}, handleEnd() {}, handleDrained() {}, handleClosed() {} });
    await flood(pair, 400);
    for (let i = 0; i < 100 && client.ending === undefined; i += 1) await readOnce(pair, 4_000);
    const { silenceMs } = client.ending?.evidence ?? {};
    expect(silenceMs).toBeGreaterThan(BOUND_MS); // progress has put it off
    expect(silenceMs).toBeLessThanOrEqual(maxBoundMs);
    expect(client.sent.timesOf('ping').length).toBeLessThanOrEqual(2); // one has left, late
  });

  it('is found after the 60,000 ms of writeTimeout, while the PING still waits in a queue that moves: write-stalled', async () => {
    const pair = connectNarrow(false, 16 * KIB);
    const { link, client } = pair;
    link.b.attach({ handleBytes() {}, handleEnd() {}, handleDrained() {}, handleClosed() {} });
    await flood(pair, 400);
    for (let i = 0; i < 50 && client.ending === undefined; i += 1) await readOnce(pair, 4_000);
    expect(client.ending).toMatchObject({ cause: 'write-stalled', evidence: { silenceMs: 60_000, probesSent: 1 } });
  });
});

describe('a slow peer that lives', () => {
  it('reads 64 KiB each 2 s, while 6.4 MB wait before our PINGs: nobody dies, and all is handled', async () => {
    const pair = connectNarrow();
    const { world, client, link } = pair;
    const sent = Array.from({ length: 400 }, () => client.session.send(new Uint8Array(16 * KIB)));
    await world.settle();
    for (let i = 0; i < 10; i += 1) await readOnce(pair, 2_000);
    expect(link.aToB.readBytes).toBeLessThan(11 * 64 * KIB);
    for (let i = 0; i < 100; i += 1) await readOnce(pair, 2_000);
    await expect(Promise.all(sent)).resolves.toEqual(new Array(400).fill(undefined));
    expect(eventOf(client, 'dead')).toBeUndefined();
  });

  it('W5: its 3 PINGs are answered at once where 1.6 MB wait: no more than 256 KiB of them lie before a PONG', async () => {
    const pair = connectNarrow('default');
    const { world, link, client, server } = pair;
    await world.advanceAsync(15_000);
    link.cut('a-to-b');
    await world.advanceAsync(4_000);
    await flood(pair, 100);
    await world.advanceAsync(12_000);
    const pings = client.received.frames.filter(({ frame }) => frame.type === 'ping');
    expect(pings.map(({ at }) => at)).toEqual([20_002, 25_002, 30_002]);
    expect(client.sent.timesOf('pong')).toEqual([20_002, 25_002, 30_002]);
    expect(client.session.inspect().unwrittenBytes).toBeLessThan(256 * KIB);
    link.heal('a-to-b'); // what was lost at 19,002 is sent again at 32,442
    await world.advanceAsync(60_000);
    expect(eventOf(server, 'dead')).toBeUndefined();
  });
});
