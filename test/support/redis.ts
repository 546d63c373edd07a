/** A Redis of a test's own, and what its bad days are made of. */

import type { ReadyOptions } from '@systole/watch';
import { onTestFinished } from 'vitest';
import { missing, RealServer } from './real-server.ts';

const problem = missing('redis');

/** Tests with a Redis are skipped where there is none. */
export const HAS_REDIS: boolean = problem === undefined;

/** Behind their title: why they are skipped, if they are. */
export const WHY_SKIPPED: string = HAS_REDIS ? '' : `: ${problem}`;

/** Ends with the test. `moreArgs` are of its command line, such as `--requirepass`. */
export async function startRedis(...moreArgs: readonly string[]): Promise<RealServer> {
  const server = await RealServer.start('redis', moreArgs);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A bound of 1,400 ms, for what is to be alive on a machine that is busy with other tests. */
export const PATIENT: ReadyOptions = { keepalive: { idle: 200, interval: 300, probes: 4 } };

/** No PING that the server has not read yet, which would make an RST of its end. */
export const UNPROBED: ReadyOptions = { keepalive: { idle: '1m', interval: 100, probes: 3 }, random: () => 0 };

/** A script without keys that lets the server do nothing else for so many milliseconds, its first argument. */
export const BLOCK_SCRIPT = `
  local function now() local time = redis.call('TIME') return time[1] * 1000 + time[2] / 1000 end
  local over = now() + ARGV[1]
  while now() < over do end
  return 'done'`;

/** A count of `INFO`, such as `total_error_replies`. */
export function countIn(info: string, name: string): number {
  const [, count] = new RegExp(`^${name}:(?:calls=)?(\\d+)`, 'm').exec(info) ?? [];
  if (count === undefined) throw new Error(`INFO does not tell ${name}`);
  return Number(count);
}
