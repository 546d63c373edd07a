/** Clients of ioredis, and their watches. */

import type { ReadyOptions, Watch } from '@systole/watch';
import { watchIoredis } from '@systole/watch/ioredis';
import type { RedisOptions } from 'ioredis';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import type { RealServer } from './real-server.ts';
import { QUICK } from './watch-tape.ts';

/** A client of this server that hurries back, and hears of its errors. It ends with the test. */
export function open(
  { host, port }: Pick<RealServer, 'host' | 'port'>,
  options: Omit<RedisOptions, 'replyMapping'> = {},
): Redis {
  const redis = new Redis(port, host, { retryStrategy: () => 50, ...options });
  redis.on('error', () => {});
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** Quick, if not said otherwise. It is stopped with the test. */
export function watched(redis: Redis, options: ReadyOptions = {}): Watch {
  const watch = watchIoredis(redis, { keepalive: QUICK, ...options });
  onTestFinished(() => watch.stop());
  return watch;
}
