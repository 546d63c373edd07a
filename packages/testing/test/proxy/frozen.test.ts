import { describe, expect, it } from 'vitest';
import { passTime, startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

describe('a frozen direction', () => {
  it('passes no byte and no FIN, while the other one goes on, and both once it thaws', async () => {
    const { open, proxy } = await startRig();
    const ends = await open();
    proxy.set('frozen', 'toServer');
    ends.client.socket.end('held');
    for (const word of ['a', 'b', 'c']) {
      ends.server.write(word);
      await until(() => ends.client.text.endsWith(word));
    }
    expect([ends.server.bytes, ends.server.ending]).toEqual([0, []]);
    proxy.set('open', 'toServer');
    await ends.server.ends('fin');
    expect(ends.server.text).toBe('held');
  });

  it('is felt by its sender once the kernels are full: the proxy reads at most 128 KiB', async () => {
    const { open, proxy } = await startRig();
    const { client, server, connection } = await open();
    proxy.set('frozen', 'toClient');
    for (let sent = 0; sent < 64; sent += 1) server.write(Buffer.alloc(2 ** 20));
    let [before, rounds] = [-1, 0];
    await until(() => {
      rounds = server.socket.writableLength === before ? rounds + 1 : 0;
      before = server.socket.writableLength;
      return rounds > 200;
    });
    expect(server.socket.writableLength).toBeGreaterThan(16 * 2 ** 20);
    expect(connection.inspect().toClient.heldBytes).toBeLessThanOrEqual(128 * 2 ** 10);
    expect(client.bytes).toBe(0);
    proxy.set('open');
    await until(() => client.bytes === 64 * 2 ** 20);
  });

  it('lets an RST pass, as the kernel of a stopped process does', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.set('frozen');
    client.socket.resetAndDestroy();
    await server.ends('close');
    expect(server.ending).toEqual(['ECONNRESET', 'close']);
  });

  it('is accepted by the target when a client comes, and says nothing to it', async () => {
    const { open, proxy, servers } = await startRig();
    const witness = await open();
    proxy.set('frozen');
    witness.connection.set('open');
    const { client, connection } = await open();
    client.write('held');
    await passTime(witness);
    expect(connection.inspect().state).toBe('live');
    expect(servers[1]?.bytes).toBe(0);
    connection.set('open');
    await servers[1]?.hears('held');
  });
});
