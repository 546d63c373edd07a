// A service of yours, tested against a network that dies: a fault proxy stands between it and the server, and is told what
// to do. The last test does not wait for the 35 s that the default keepalive takes: it moves the clock itself.
//
// Run:     npm run build && node examples/dist/testing-your-service.js
// You see:
//
//   ok: a short outage delays a reading, on the same connection: suspect, alive
//   ok: a long outage is found, and the reading in doubt repeated: suspect, dead, disconnect, reconnecting, connect
//   ok: a reset costs a connection, and no reading: disconnect, reconnecting, connect
//   ok: 35 s of silence are found by a clock that is moved by hand: suspect, dead, disconnect, reconnecting

import assert from 'node:assert/strict';
import type { Client, ClientOptions, SystoleError } from '@systole/client';
import { connect } from '@systole/client';
import { createServer } from '@systole/server';
import { ManualClock } from '@systole/testing';
import type { FaultProxy } from '@systole/testing/proxy';
import { startFaultProxy } from '@systole/testing/proxy';

/** The service under test reports numbered readings. What is in doubt it repeats: the collector takes each number once. */
class Reporter {
  readonly client: Client;

  constructor(options: ClientOptions) {
    this.client = connect(options);
  }

  /** Resolves when the collector has the reading. */
  report = async (number: number, celsius: number): Promise<void> => {
    await this.client.send({ number, celsius }).catch((error: SystoleError) => {
      if (error.code !== 'ERR_IN_DOUBT') throw error;
      return this.report(number, celsius);
    });
  };
}

/** By number. */
const collected = new Map<number, number>();
await using collector = createServer({
  minPingInterval: '100ms',
  onMessage: (message) => {
    const { number, celsius } = message as { number: number; celsius: number };
    collected.set(number, celsius);
  },
});
const target = await collector.listen({ host: '127.0.0.1', port: 0 });

const STEPS = ['connect', 'suspect', 'alive', 'dead', 'disconnect', 'reconnecting'] as const;

/** Runs a test of a reporter that is connected through a proxy of its own, and tells what the reporter went through. */
async function test(
  title: string,
  options: Partial<ClientOptions>,
  run: (reporter: Reporter, proxy: FaultProxy) => Promise<void>,
): Promise<void> {
  await using proxy = await startFaultProxy({ target });
  const reporter = new Reporter({ ...proxy.address, ...options });
  await using client = reporter.client;
  await client.ready();
  const steps: string[] = [];
  for (const step of STEPS) client.on(step, () => steps.push(step));
  await run(reporter, proxy);
  console.log(`ok: ${title}: ${steps.join(', ')}`);
}

const HASTY = { keepalive: { idle: '200ms', interval: '100ms', probes: 3 }, reconnect: { base: '100ms' } } as const;

await test('a short outage delays a reading, on the same connection', HASTY, async ({ client, report }, proxy) => {
  proxy.set('blackholed');
  client.once('suspect', () => proxy.set('open'));
  await report(1, 21);
  assert.equal(collected.get(1), 21);
  assert.equal(client.epoch, 1);
});

await test('a long outage is found, and the reading in doubt repeated', HASTY, async ({ client, report }, proxy) => {
  proxy.set('blackholed');
  client.once('reconnecting', () => proxy.set('open'));
  await report(2, 22);
  assert.equal(collected.get(2), 22);
});

await test('a reset costs a connection, and no reading', HASTY, async ({ client, report }, proxy) => {
  proxy.reset();
  await client.next('disconnect');
  await report(3, 23);
  assert.equal(collected.get(3), 23);
});

const clock = new ManualClock();
await test('35 s of silence are found by a clock that is moved by hand', { clock }, async ({ client }, proxy) => {
  proxy.set('blackholed');
  clock.advance(35_000); // idle + interval x probes of the defaults
  assert.equal(client.inspect().lastCause, 'silent');
  client.destroy();
});
