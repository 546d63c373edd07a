// What else a Redis may be to ioredis than a server that answers at once: subscribed to, blocked, loading, one of a cluster.

import type { Watch } from '@systole/watch';
import type { Redis } from 'ioredis';
import { Cluster } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open, watched } from '../support/ioredis.ts';
import { HAS_REDIS, PATIENT, startRedis, WHY_SKIPPED } from '../support/redis.ts';
import { probesOf, recordWatch } from '../support/watch-tape.ts';

/** A millisecond for each key at least, and it looks around after each kilobyte. */
const SLOW_LOADING = '--key-load-delay 1000 --loading-process-events-interval-bytes 1024 --rdbcompression no'.split(
  ' ',
);

describe.skipIf(!HAS_REDIS)(`a watched ioredis client${WHY_SKIPPED}`, () => {
  it.each([2, 3] as const)('keeps an idle subscriber alive, over RESP%d', async (protocol) => {
    const server = await startRedis();
    const redis = open(server, { protocol });
    const watch = watched(redis, PATIENT);
    const tape = recordWatch(watch);
    await redis.subscribe('channel');
    await probesOf(watch, 4);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect()).toMatchObject({ epoch: 1, probeFailures: 0 });
    const heard = new Promise((resolve) => redis.on('message', (_channel, message) => resolve(message)));
    await open(server).publish('channel', 'hello');
    expect(await heard).toBe('hello');
  });

  it('bears commands that block for 100 ms each, which is below idle, and none that blocks for ever', async () => {
    const server = await startRedis();
    const redis = open(server, { maxRetriesPerRequest: 0 });
    const watch = watched(redis);
    const tape = recordWatch(watch);
    for (let count = 0; count < 10; count += 1) expect(await redis.blpop('empty', 0.1)).toBe(null);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect().epoch).toBe(1);
    redis.blpop('empty', 0).catch(() => {});
    expect((await watch.next('dead')).cause).toBe('silent');
  });

  it('bears a server that is loading its data, which keeps the client from being ready for over two seconds', async () => {
    const server = await startRedis(...SLOW_LOADING);
    const filling = open(server);
    await filling.eval("for i = 1, 2500 do redis.call('SET', i, string.rep('x', 1000)) end", 0);
    await filling.save();
    filling.disconnect();
    await server.restart();
    const redis = open(server, { maxLoadingRetryTime: 2_500 }); // it asks seldom, and PINGs would wait
    const watch = watched(redis, PATIENT);
    const tape = recordWatch(watch);
    await watch.next('connect');
    const from = performance.now();
    expect(await redis.dbsize()).toBe(2_500);
    expect(performance.now() - from).toBeGreaterThan(2_000);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect()).toMatchObject({ epoch: 1, probeFailures: 0 });
  });

  it('is one for each node of a Cluster', async () => {
    const server = await startRedis('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    await open(server).cluster('ADDSLOTSRANGE', 0, 16_383);
    const cluster = new Cluster([server], { clusterRetryStrategy: () => 50 });
    onTestFinished(() => cluster.disconnect());
    const watches: Watch[] = [];
    // It opens and gives up nodes until the server finds itself complete.
    cluster.on('+node', (node: Redis) => watches.push(watched(node)));
    expect(await cluster.echo('hello')).toBe('hello');
    const watch = watches.at(-1) as Watch;
    await probesOf(watch, 1);
    server.freeze();
    expect((await watch.next('dead')).cause).toBe('silent');
  });
});
