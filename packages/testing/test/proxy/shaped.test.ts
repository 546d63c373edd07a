import { performance } from 'node:perf_hooks';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

describe('latency', () => {
  it('of 150 ms holds every byte for at least so long, in one direction only', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.set({ latency: 150 }, 'toServer');
    const sentAt = performance.now();
    client.write('slow');
    server.write('fast');
    await client.hears('fast');
    expect(server.bytes).toBe(0);
    await server.hears('slow');
    expect(server.arrivals[0]?.at).toBeGreaterThanOrEqual(sentAt + 150);
  });

  it('is exact on a clock of its own: nothing after 199 ms, bytes after 200, and the FIN behind them', async () => {
    const clock = new ManualClock();
    const { open, proxy } = await startRig({ clock });
    const { client, server, connection } = await open();
    proxy.set({ latency: '200ms' });
    client.write('first');
    await until(() => connection.inspect().toServer.heldBytes === 5);
    clock.advance(100);
    client.socket.end('second');
    await until(() => connection.inspect().toServer.heldBytes === 11);
    clock.advance(99);
    expect(connection.inspect().toServer).toMatchObject({ passedBytes: 0, heldBytes: 11 });
    clock.advance(1);
    await server.hears('first');
    clock.advance(99);
    expect(connection.inspect().toServer).toMatchObject({ passedBytes: 5, heldBytes: 6, ended: undefined });
    clock.advance(1);
    await server.hears('firstsecond');
    await until(() => {
      clock.advance(1); // the FIN may have come a turn later than its bytes
      return server.ending.includes('fin');
    });
  });

  it('of an RST is the same', async () => {
    const clock = new ManualClock();
    const { open, proxy } = await startRig({ clock });
    const [{ client, server, connection }, witness] = [await open(), await open()];
    proxy.set({ latency: 200 });
    witness.connection.set('open');
    client.socket.resetAndDestroy();
    await until(() => connection.inspect().toClient.ended === 'gone'); // the proxy has seen it
    clock.advance(199);
    witness.client.write('a turn');
    await witness.server.hears('a turn');
    expect(server.ending).toEqual([]);
    clock.advance(1);
    await server.ends('close');
    expect(server.ending).toEqual(['ECONNRESET', 'close']);
  });

  it('keeps at most 1 MiB, and a chunk, on its way: then the sender waits', async () => {
    const clock = new ManualClock();
    const { open, proxy } = await startRig({ clock });
    const { client, connection } = await open();
    proxy.set({ latency: '1m' });
    client.write(Buffer.alloc(4 * 2 ** 20));
    await until(() => connection.inspect().toServer.heldBytes >= 2 ** 20);
    expect(connection.inspect().toServer.heldBytes).toBeLessThanOrEqual(2 ** 20 + 64 * 2 ** 10);
  });

  it('that is taken away lets go at once of what was on its way, in order', async () => {
    const { open, proxy } = await startRig({ clock: new ManualClock() });
    const { client, server, connection } = await open();
    proxy.set({ latency: '1h' });
    client.write('a');
    await until(() => connection.inspect().toServer.heldBytes === 1);
    proxy.set('open');
    client.write('b');
    await server.hears('ab');
  });
});

describe('a rate', () => {
  it('of 100,000 bytes a second takes at least 300 ms for 30,000 bytes, and spreads them', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.set({ bytesPerSecond: 100_000 }, 'toClient');
    const sentAt = performance.now();
    server.write(Buffer.alloc(30_000, 'x'));
    await until(() => client.bytes === 30_000);
    const tookMs = (client.arrivals.at(-1)?.at ?? 0) - sentAt;
    expect(tookMs).toBeGreaterThanOrEqual(300);
    expect(client.arrivals.length).toBeGreaterThanOrEqual(5);
  });

  it('is exact on a clock of its own: 2,000 bytes each 20 ms', async () => {
    const clock = new ManualClock();
    const { open, proxy } = await startRig({ clock });
    const { client, server, connection } = await open();
    proxy.set({ bytesPerSecond: 100_000 });
    client.write(Buffer.alloc(5_000));
    await until(() => connection.inspect().toServer.heldBytes === 5_000);
    for (const passed of [2_000, 4_000]) {
      clock.advance(19);
      expect(connection.inspect().toServer.passedBytes).toBe(passed - 2_000);
      clock.advance(1);
      await until(() => server.bytes === passed && connection.inspect().toServer.passedBytes === passed);
    }
    clock.advance(10);
    await until(() => server.bytes === 5_000);
  });
});

describe('a drip', () => {
  it('of 30 ms passes one byte at a time, 30 ms apart at the least', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.set({ drip: 30 }, 'toServer');
    const sentAt = performance.now();
    client.socket.end('drip');
    await server.ends('fin');
    expect(server.text).toBe('drip');
    expect(server.arrivals.map(({ bytes }) => bytes)).toEqual([1, 1, 1, 1]);
    expect(server.arrivals[3]!.at - sentAt).toBeGreaterThanOrEqual(120);
  });

  it('never makes up for a time in which it could not pass: one byte for each 10 ms of its clock', async () => {
    const clock = new ManualClock();
    const { open, proxy } = await startRig({ clock });
    const { client, server, connection } = await open();
    proxy.set({ drip: 10 });
    client.write('abc');
    await until(() => connection.inspect().toServer.heldBytes === 3);
    clock.stall(1_000);
    await until(() => connection.inspect().toServer.passedBytes === 1);
    clock.advance(9);
    expect(connection.inspect().toServer.passedBytes).toBe(1);
    clock.advance(1);
    await server.hears('ab');
  });
});
