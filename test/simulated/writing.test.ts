import { describe as promiseOf } from '@systole/core';
import { describe, expect, it } from 'vitest';
import { connectPair, eventOf, type SessionPair } from '../support/session-pair.ts';

const KIB = 1_024;
const BOUND_MS = 35_000;

/** The client's messages find room for 64 KiB on the way to a peer, and no more in the kernels. */
function connectNarrow(): SessionPair {
  return connectPair({ server: { keepalive: false, handler: () => {} }, link: { aToB: { bufferBytes: 64 * KIB } } });
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

describe('L4: a peer that reads, and nothing of it comes back', () => {
  it('is found within the maximal bound of describe(), while the queue makes progress again and again', async () => {
    const maxBoundMs = promiseOf()?.maxBoundMs ?? 0;
    const pair = connectNarrow();
    const { world, link, client, server } = pair;
    await world.advanceAsync(1_000);
    link.cut('b-to-a');
    // It reads 64 KiB each 2 s: of 100 messages, some of which lie before the PING, for 50 s.
    await flood(pair, 100);
    while (client.ending === undefined && world.now < 200_000) {
      server.clock.stall(1_999);
      await world.advanceAsync(2_000);
    }
    const { silenceMs } = client.ending?.evidence ?? {};
    expect(silenceMs).toBeGreaterThanOrEqual(BOUND_MS);
    expect(silenceMs).toBeLessThanOrEqual(maxBoundMs);
  });
});

describe('a slow peer that lives', () => {
  it('reads 64 KiB each 2 s, a queue of 6.4 MB before our PING: nobody dies, and all is handled', async () => {
    const pair = connectNarrow();
    const { world, client, server } = pair;
    const sent = Array.from({ length: 400 }, () => client.session.send(new Uint8Array(16 * KIB)));
    await world.settle();
    for (let i = 0; i < 150; i += 1) {
      server.clock.stall(1_999);
      await world.advanceAsync(2_000);
    }
    await expect(Promise.all(sent)).resolves.toEqual(new Array(400).fill(undefined));
    expect(eventOf(client, 'dead')).toBeUndefined();
  });
});
