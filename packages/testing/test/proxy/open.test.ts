import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('an open connection', () => {
  it('passes bytes both ways', async () => {
    const { open } = await startRig();
    const { client, server } = await open();
    client.write('ping');
    await server.hears('ping');
    server.write('pong');
    await client.hears('pong');
  });

  it('passes 8 MiB in their order', async () => {
    const { open } = await startRig();
    const { client, server, connection } = await open();
    const bytes = randomBytes(8 * 2 ** 20);
    server.write(bytes);
    await until(() => client.bytes === bytes.length);
    expect(hash(client.received)).toBe(hash(bytes));
    expect(connection.inspect().toClient).toMatchObject({ passedBytes: bytes.length, heldBytes: 0 });
  });

  it('passes a FIN in its own direction only: the other one goes on', async () => {
    const { open } = await startRig();
    const { client, server } = await open();
    client.socket.end('the last word');
    await server.ends('fin');
    expect(server.text).toBe('the last word');
    expect(client.ending).toEqual([]);
    server.socket.end('answered');
    await client.ends('close');
    await server.ends('close');
    expect(client.text).toBe('answered');
    expect([client.ending, server.ending]).toEqual([
      ['fin', 'close'],
      ['fin', 'close'],
    ]);
  });

  it('passes an RST to the other end, from either', async () => {
    const { open, proxy } = await startRig();
    const first = await open();
    first.client.socket.resetAndDestroy();
    await first.server.ends('close');
    expect(first.server.ending).toEqual(['ECONNRESET', 'close']);
    const second = await open();
    second.server.socket.resetAndDestroy();
    await second.client.ends('close');
    expect(second.client.ending).toEqual(['ECONNRESET', 'close']);
    await until(() => proxy.connections.size === 0);
  });

  it('holds at most 128 KiB for a receiver that does not read, and its sender waits', async () => {
    const { open } = await startRig();
    const { client, server, connection } = await open();
    client.socket.pause();
    const chunk = Buffer.alloc(2 ** 20, 'x');
    let sent = 0;
    // More than all kernels on the way take: loopback's buffers end at about 10 MiB.
    while (sent < 64) {
      server.write(chunk);
      sent += 1;
    }
    let [before, rounds] = [-1, 0];
    await until(() => {
      const { passedBytes } = connection.inspect().toClient;
      rounds = passedBytes === before ? rounds + 1 : 0;
      before = passedBytes;
      return rounds > 200;
    });
    expect(connection.inspect().toClient.heldBytes).toBeLessThanOrEqual(128 * 2 ** 10);
    expect(server.socket.writableLength).toBeGreaterThan(16 * 2 ** 20);
    client.socket.resume();
    await until(() => client.bytes === 64 * 2 ** 20);
  });

  it('goes over Unix sockets at both ends', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'systole-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const { open, proxy } = await startRig({
      path: join(directory, 'server.sock'),
      listen: { path: join(directory, 'proxy.sock') },
    });
    const { client, server, connection } = await open();
    client.write('ping');
    await server.hears('ping');
    expect(connection.inspect().client).toBe('unix');
    expect(proxy.address).toEqual({ path: join(directory, 'proxy.sock') });
    proxy.reset();
    await Promise.all([client.ends('fin'), server.ends('fin')]); // as near as it comes: see reset.ts
  });
});
