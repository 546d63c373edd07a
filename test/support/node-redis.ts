/** Clients of node-redis, and their watches. */

import type { ReadyOptions, Watch } from '@systole/watch';
import { connectRedis } from '@systole/watch/redis';
import type { RedisClientType } from 'redis';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import { authority } from './certificates.ts';
import type { RealServer } from './real-server.ts';
import { QUICK } from './watch-tape.ts';

/** A client of this server that hurries back, and hears of its errors. It ends with the test. */
export function open({ host, port }: Pick<RealServer, 'host' | 'port'>, tls = false): RedisClientType {
  const trust = tls ? { tls: true as const, servername: 'localhost', ca: authority() } : {};
  const client: RedisClientType = createClient({ socket: { host, port, reconnectStrategy: 50, ...trust } });
  client.on('error', () => {});
  onTestFinished(() => client.destroy());
  return client;
}

/** Connected, and watched quickly, if not said otherwise. The watch is stopped with the test. */
export async function watched(client: RedisClientType, options: ReadyOptions = {}): Promise<Watch> {
  const watch = await connectRedis(client, { keepalive: QUICK, ...options });
  onTestFinished(() => watch.stop());
  return watch;
}
