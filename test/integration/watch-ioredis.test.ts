// Redis through ioredis, watched by the client's own PING. The server is Debian's. See also watch-ioredis-modes.test.ts.

import { watchIoredis } from '@systole/watch/ioredis';
import { describe, expect, it } from 'vitest';
import { open, watched } from '../support/ioredis.ts';
import { BLOCK_SCRIPT, countIn, HAS_REDIS, PATIENT, startRedis, UNPROBED, WHY_SKIPPED } from '../support/redis.ts';
import { attachedTo, LATEST_MS, probesOf, recordWatch } from '../support/watch-tape.ts';

describe.skipIf(!HAS_REDIS)(`a watched ioredis client${WHY_SKIPPED}`, () => {
  it('finds a server that is frozen silent within its bound of 500 ms, and comes back when it thaws', async () => {
    const server = await startRedis();
    const redis = open(server);
    const watch = watched(redis);
    const tape = recordWatch(watch);
    await probesOf(watch, 2);
    const { stream } = redis;
    server.freeze();
    const { cause, evidence } = await watch.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.probesSent).toBeGreaterThanOrEqual(1); // 3, if we have never stalled ourselves (L5)
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(400);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(stream.destroyed).toBe(true);
    expect(tape.items.slice(0, 3)).toEqual(['suspect', 'dead', 'disconnect']);
    const answered = redis.echo('hello');
    server.thaw();
    expect(await answered).toBe('hello');
    await probesOf(watch, 2);
    const { epoch, state, rtt } = watch.inspect();
    expect([epoch >= 2, state]).toEqual([true, 'watching']);
    expect(rtt?.smoothedMs).toBeGreaterThan(0);
  });

  it('finds a server silent that accepts and never says a word, and is ready when it does', async () => {
    const server = await startRedis();
    server.freeze();
    const redis = open(server);
    const watch = watched(redis);
    for (const epoch of [1, 2]) expect(await watch.next('dead')).toMatchObject({ cause: 'silent', epoch });
    expect(redis.status).not.toBe('ready');
    server.thaw();
    expect(await redis.echo('hello')).toBe('hello');
  });

  it('is told eof of a server that is killed, and no verdict', async () => {
    const server = await startRedis();
    const redis = open(server);
    const watch = watched(redis, UNPROBED);
    const tape = recordWatch(watch);
    await redis.ping();
    const ended = watch.next('disconnect');
    await server.kill();
    const { cause, evidence } = await ended;
    expect(cause).toBe('eof');
    expect(evidence.silenceMs).toBeLessThan(500);
    expect(tape.items).not.toContain('dead');
  });

  it('is told reset of a server that is killed with commands unread', async () => {
    const server = await startRedis();
    const redis = open(server);
    const watch = watched(redis, PATIENT);
    const tape = recordWatch(watch);
    await redis.ping();
    const ended = watch.next('disconnect');
    server.freeze();
    redis.set('unread', 'by the server').catch(() => {});
    await server.kill();
    expect((await ended).cause).toBe('reset');
    expect(tape.items).not.toContain('dead');
  });

  it('bears a script that blocks the server for 700 ms with a bound of 1,400 ms', async () => {
    const server = await startRedis();
    const redis = open(server);
    const watch = watched(redis, PATIENT);
    const tape = recordWatch(watch);
    await redis.ping();
    expect(await redis.eval(BLOCK_SCRIPT, 0, 700)).toBe('done');
    await probesOf(watch, 1);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect().epoch).toBe(1);
  });

  it('finds a server silent that a script blocks for longer than the bound', async () => {
    const server = await startRedis();
    const redis = open(server, { maxRetriesPerRequest: 0 }); // else it would send the script again
    const watch = watched(redis);
    const tape = recordWatch(watch);
    await redis.ping();
    const script = redis.eval(BLOCK_SCRIPT, 0, 2_000).catch((error: Error) => error.message);
    expect((await watch.next('dead')).cause).toBe('silent');
    expect(tape.items.slice(0, 2)).toEqual(['suspect', 'dead']);
    expect(await script).toMatch(/max retries per request/);
  });

  it('keeps an idle server alive by lawful PINGs, and measures each round trip', async () => {
    const server = await startRedis();
    const redis = open(server);
    const watch = watched(redis, PATIENT);
    const tape = recordWatch(watch);
    await probesOf(watch, 1); // by now the client has introduced itself
    const before = await redis.info('all');
    await probesOf(watch, 6);
    const after = await redis.info('all');
    expect(countIn(after, 'total_error_replies')).toBe(countIn(before, 'total_error_replies'));
    expect(countIn(after, 'cmdstat_ping')).toBeGreaterThanOrEqual(6);
    expect(tape.items).not.toContain('dead');
    const { rtt, probeFailures } = watch.inspect();
    expect(rtt?.smoothedMs).toBeGreaterThan(0);
    expect(probeFailures).toBe(0);
  });

  it('takes only answers for evidence where strict is set, an error of the server included', async () => {
    const server = await startRedis();
    const redis = open(server);
    const watch = watched(redis, { ...PATIENT, strict: true });
    const tape = recordWatch(watch);
    await redis.acl('SETUSER', 'default', '-ping');
    await expect(redis.ping()).rejects.toThrow('NOPERM');
    await probesOf(watch, 6);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect()).toMatchObject({ epoch: 1, probeFailures: 0 });
    server.freeze();
    expect((await watch.next('dead')).cause).toBe('silent');
  });

  it('is left as it was by stop(), also when it has come back meanwhile, and works on', async () => {
    const server = await startRedis();
    const redis = open(server);
    await redis.ping();
    const before = [attachedTo(redis), attachedTo(redis.stream)];
    const watch = watched(redis, UNPROBED);
    expect(watch.inspect()).toMatchObject({ epoch: 1, state: 'watching' }); // it was connected already
    expect(attachedTo(redis)).not.toEqual(before[0]);
    watch.stop();
    expect([attachedTo(redis), attachedTo(redis.stream)]).toEqual(before);

    const second = watched(redis, UNPROBED);
    const again = second.next('disconnect').then(() => second.next('connect'));
    await server.restart();
    await again;
    await redis.ping();
    second.stop();
    expect([attachedTo(redis), attachedTo(redis.stream)]).toEqual(before);
    expect(await redis.echo('hello')).toBe('hello');
  });

  it('is watched once: a second watch is refused with ERR_SOCKET, connected or not, until the first is stopped', async () => {
    const server = await startRedis();
    const redis = open(server);
    const first = watched(redis);
    expect(() => watchIoredis(redis)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET' }));
    await redis.ping();
    expect(() => watchIoredis(redis)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET' }));
    first.stop();
    expect(watched(redis).inspect().state).toBe('watching');
  });
});
