// An application keeps its orders in Redis, through ioredis. Its Redis freezes, as a process does in swap or behind a disk that
// hangs, and a standby takes over the address. Whoever is connected already learns nothing of that: the kernel below the
// frozen process acknowledges every byte and answers every keepalive. So an order without a watch waits for ever; had the
// whole host gone, it would wait for about 15 minutes, until TCP gives up sending it again. Here it waits for 10 seconds.
//
// With a watch the verdict comes within idle + interval x probes = 1000 + 500 x 3 = 2500 ms. It destroys the socket, and ioredis
// does by its own means what it is good at: it connects again, and sends the order that was not answered once more.
//
// Needs:   redis-server
// Run:     npm run build && node examples/dist/ioredis.js
// You see:
//
//   both applications have stored an order; now their Redis freezes, and a standby takes over
//
//                                          before       after
//   the dead connection is given up   not in 10 s       … s
//   the next order is stored          not in 10 s       … s
//
//   watched: dead: silent, nothing came for … ms, PINGs sent: 3

import { setTimeout } from 'node:timers/promises';
import { watchIoredis } from '@systole/watch/ioredis';
import { Redis } from 'ioredis';
import { endRedis, startRedis } from './support/redis.ts';
import { ServiceAddress } from './support/service-address.ts';

const PATIENCE_MS = 10_000;

/** When something happened, in milliseconds after the freeze; undefined if it did not. */
type After = number | undefined;

/** The part of the application that this is about. */
class Orders {
  readonly redis: Redis;

  constructor(port: number) {
    this.redis = new Redis(port);
    this.redis.on('error', (error) => console.log(`ioredis: ${error.message}`));
  }

  async store(number: number): Promise<void> {
    await this.redis.set('order', number);
  }

  /** Stores an order while Redis is frozen. */
  async storeThroughFreeze(number: number): Promise<{ readonly givenUp: After; readonly stored: After }> {
    const frozenAt = performance.now();
    const after = (): number => performance.now() - frozenAt;
    let givenUp: After;
    let stored: After;
    this.redis.once('close', () => {
      givenUp = after();
    });
    const storing = this.store(number).then(
      () => {
        stored = after();
      },
      () => {}, // it was still waiting when the example was over
    );
    await Promise.race([storing, setTimeout(PATIENCE_MS)]);
    return { givenUp, stored };
  }
}

function inSeconds(after: After): string {
  return after === undefined ? `not in ${PATIENCE_MS / 1_000} s` : `${(after / 1_000).toFixed(1)} s`;
}

function printRow(title: string, before: string, after: string): void {
  console.log(`${title.padEnd(32)}${before.padStart(13)}${after.padStart(12)}`);
}

const [primary, standby] = await Promise.all([startRedis(), startRedis()]);
const address = await ServiceAddress.open(primary.path);

const before = new Orders(address.port);
const after = new Orders(address.port);
const watch = watchIoredis(after.redis, { keepalive: { idle: '1s', interval: '500ms', probes: 3 } });
const verdict = watch.next('dead');

await Promise.all([before.store(1), after.store(1)]);
console.log('both applications have stored an order; now their Redis freezes, and a standby takes over\n');
primary.process.kill('SIGSTOP');
address.moveTo(standby.path);

const [unwatched, watched] = await Promise.all([before.storeThroughFreeze(2), after.storeThroughFreeze(2)]);
printRow('', 'before', 'after');
printRow('the dead connection is given up', inSeconds(unwatched.givenUp), inSeconds(watched.givenUp));
printRow('the next order is stored', inSeconds(unwatched.stored), inSeconds(watched.stored));

const { cause, evidence } = await verdict;
const silence = `nothing came for ${Math.round(evidence.silenceMs ?? 0)} ms`;
console.log(`\nwatched: dead: ${cause}, ${silence}, PINGs sent: ${evidence.probesSent}`);

watch.stop();
for (const { redis } of [before, after]) redis.disconnect();
address.close();
await Promise.all([endRedis(primary), endRedis(standby)]);
