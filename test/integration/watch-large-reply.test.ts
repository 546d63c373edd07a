// A Redis that is healthy but busy: a reply of 100 MB over a slow path, which takes longer than the bound of the watch.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { startFaultProxy } from '@systole/testing/proxy';
import type { Watch } from '@systole/watch';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tapeDialled } from '../support/channel-tape.ts';
import { open as openIoredis, watched as watchIoredis } from '../support/ioredis.ts';
import { open as openNodeRedis, watched as watchNodeRedis } from '../support/node-redis.ts';
import type { RealServer } from '../support/real-server.ts';
import { HAS_REDIS, startRedis, WHY_SKIPPED } from '../support/redis.ts';
import { heldFor } from '../support/time.ts';
import { recordWatch } from '../support/watch-tape.ts';

const LARGE_BYTES = 100 * 2 ** 20;

/** Its bound is 3 s: a server may need a good part of a second to lay out such a reply, before its first byte. */
const KEEPALIVE = { idle: 1_000, interval: 500, probes: 4 } as const;

/** At this rate the reply has hardly begun after so many milliseconds, which are more than the bound. */
const SLOWLY = { bytesPerSecond: 2 ** 20 } as const;
const SLOW_MS = 3_500;

type Address = Pick<RealServer, 'host' | 'port'>;

/** A client that is connected and watched. */
interface Reader {
  readonly watch: Watch;
  /** Resolves with the bytes of the value. */
  read(key: string): Promise<number | undefined>;
}

const READERS: readonly (readonly [name: string, open: (address: Address) => Promise<Reader>])[] = [
  [
    'ioredis',
    async (address) => {
      const redis = openIoredis(address);
      const watch = watchIoredis(redis, { keepalive: KEEPALIVE });
      await redis.ping();
      return { watch, read: async (key) => (await redis.getBuffer(key))?.length };
    },
  ],
  [
    'node-redis',
    async (address) => {
      const client = openNodeRedis(address);
      const watch = await watchNodeRedis(client, { keepalive: KEEPALIVE });
      await client.ping();
      return { watch, read: async (key) => (await client.get(key))?.length };
    },
  ],
];

describe.skipIf(!HAS_REDIS)(`a watched client that waits for 100 MB${WHY_SKIPPED}`, () => {
  it.each(READERS)(
    'suspects nobody while they are on their way for longer than its bound of 3 s: %s',
    async (_, open) => {
      const server = await startRedis();
      await openIoredis(server).setrange('large', LARGE_BYTES - 1, 'x');
      const proxy = await startFaultProxy({ target: server.port });
      onTestFinished(() => proxy.close());
      const dialled = tapeDialled();
      const { watch, read } = await open(proxy.address as Address);
      proxy.set(SLOWLY, 'toClient');
      const reply = read('large');
      await once(dialled.items[0]?.socket as Socket, 'data'); // it is laid out
      const tape = recordWatch(watch);
      await heldFor(SLOW_MS);
      expect(watch.inspect().bytesIn).toBeLessThan(LARGE_BYTES / 10);
      proxy.set('open');
      expect(await reply).toBe(LARGE_BYTES);
      expect(tape.items).toEqual([]);
      expect(watch.inspect()).toMatchObject({ epoch: 1, state: 'watching' });
      expect(watch.inspect().bytesIn).toBeGreaterThan(LARGE_BYTES);
    },
  );
});
