import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { passTime, startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

describe('a blackhole', () => {
  it('passes no byte, FIN or RST in either direction, and tells nobody', async () => {
    const { open, proxy } = await startRig();
    const [first, second, witness] = [await open(), await open(), await open()];
    proxy.set('blackholed');
    witness.connection.set('open');
    first.client.write('lost?');
    first.server.write('lost?');
    first.server.socket.end();
    second.client.socket.resetAndDestroy();
    await passTime(witness);
    expect([first.client.bytes, first.server.bytes]).toEqual([0, 0]);
    expect([first.client.ending, first.server.ending, second.server.ending]).toEqual([[], [], []]);
  });

  it('that is lifted has lost nothing: bytes, FIN and RST arrive in their order', async () => {
    const { open, proxy } = await startRig();
    const [first, second, witness] = [await open(), await open(), await open()];
    first.client.write('a');
    await first.server.hears('a');
    proxy.set('blackholed');
    witness.connection.set('open');
    first.client.write('b');
    first.client.write('c');
    first.client.socket.end('d');
    first.server.write('e');
    second.server.socket.resetAndDestroy();
    await passTime(witness);
    proxy.set('open');
    await first.client.hears('e');
    await first.server.ends('fin');
    expect(first.server.text).toBe('abcd');
    await second.client.ends('close');
    expect(second.client.ending).toEqual(['ECONNRESET', 'close']);
  });

  it('of one direction leaves the other one open', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.set('blackholed', 'toServer');
    client.write('lost?');
    server.write('heard');
    await client.hears('heard');
    server.socket.end();
    await client.ends('fin');
    expect(server.bytes).toBe(0);
    expect(proxy.inspect().conditions).toEqual({ toServer: 'blackholed', toClient: 'open' });
  });

  it('of one direction keeps back an RST that the other one brings to light', async () => {
    const { open, proxy } = await startRig();
    const { client, server, connection } = await open();
    proxy.set('blackholed', 'toClient');
    server.socket.resetAndDestroy();
    await until(() => {
      client.write('?'); // it meets an end that is gone
      return connection.inspect().toServer.ended === 'gone';
    });
    expect(client.ending).toEqual([]);
    proxy.set('open', 'toClient');
    await client.ends('close');
    expect(client.ending).toEqual(['ECONNRESET', 'close']);
  });

  it('accepts who comes, dials nobody, and passes what was said once it is lifted', async () => {
    const { dial, proxy, servers } = await startRig();
    proxy.set('blackholed', 'toClient');
    const client = await dial();
    client.write('hello');
    await until(() => proxy.connections.size === 1);
    const [connection] = proxy.connections;
    connection?.set('blackholed', 'toServer');
    proxy.set('open', 'toClient');
    expect(connection?.inspect().state).toBe('waiting');
    expect(servers.length).toBe(0);
    proxy.set('open');
    await until(() => servers.length === 1);
    await servers[0]?.hears('hello');
    client.socket.end();
    await servers[0]?.ends('fin');
  });

  it('lets a client that gives up meanwhile never have been there, with FIN or RST', async () => {
    const { dial, open, proxy, servers } = await startRig();
    proxy.set('blackholed');
    const [first, second] = [await dial(), await dial()];
    first.write('stale');
    first.socket.end();
    await until(() => proxy.inspect().accepted === 2);
    second.socket.resetAndDestroy();
    await Promise.all([first, second].map(({ socket }) => socket.closed || once(socket.resume(), 'close')));
    await until(() => proxy.connections.size === 0);
    proxy.set('open');
    const { client, server } = await open();
    client.write('fresh');
    await server.hears('fresh');
    expect(servers.length).toBe(1);
  });

  it('knows that a client has given up also when its last words and its FIN come as it is lifted', async () => {
    const { dial, open, proxy, servers } = await startRig();
    proxy.set('blackholed');
    const client = await dial();
    await until(() => proxy.connections.size === 1);
    client.socket.end('goodbye');
    await once(client.socket, 'finish'); // it is in the kernel, and the proxy had no turn to read it
    proxy.set('open');
    await until(() => proxy.connections.size === 0);
    await open();
    expect(servers.length).toBe(1);
  });

  it('lets a sender write until the buffers of the kernels are full, and then wait', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.set('blackholed');
    for (let sent = 0; sent < 64; sent += 1) client.write(Buffer.alloc(2 ** 20));
    let [before, rounds] = [-1, 0];
    await until(() => {
      rounds = client.socket.bytesWritten - client.socket.writableLength === before ? rounds + 1 : 0;
      before = client.socket.bytesWritten - client.socket.writableLength;
      return rounds > 200;
    });
    expect(client.socket.writableLength).toBeGreaterThan(16 * 2 ** 20);
    expect(server.bytes).toBe(0);
    proxy.set('open');
    await until(() => server.bytes === 64 * 2 ** 20);
  });
});
