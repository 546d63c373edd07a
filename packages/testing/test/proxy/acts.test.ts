import { describe, expect, it } from 'vitest';
import { passTime, startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

describe('fin', () => {
  it('of one direction is seen by its receiver only; what still comes vanishes, and the other direction goes on', async () => {
    const { open, proxy } = await startRig();
    const ends = await open();
    proxy.fin('toClient');
    await ends.client.ends('fin');
    ends.server.write('vanishes');
    ends.client.write('arrives');
    await ends.server.hears('arrives');
    expect([ends.client.bytes, ends.server.ending]).toEqual([0, []]);
    ends.client.socket.end();
    await ends.server.ends('fin');
    ends.server.socket.end();
    await until(() => proxy.connections.size === 0);
  });

  it('of both directions is seen by both, and the connection is over when both answer', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.fin();
    await Promise.all([client.ends('fin'), server.ends('fin')]);
    client.socket.end();
    server.socket.end();
    await Promise.all([client.ends('close'), server.ends('close')]);
    expect([client.ending, server.ending]).toEqual([
      ['fin', 'close'],
      ['fin', 'close'],
    ]);
    await until(() => proxy.connections.size === 0);
  });
});

describe('reset', () => {
  it('of both directions is ECONNRESET at both ends', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    proxy.reset();
    await Promise.all([client.ends('close'), server.ends('close')]);
    expect([client.ending, server.ending]).toEqual([
      ['ECONNRESET', 'close'],
      ['ECONNRESET', 'close'],
    ]);
    await until(() => proxy.connections.size === 0);
  });

  it.each(['toClient', 'toServer'] as const)(
    '%s leaves the other end in silence, until it ends by itself',
    async (direction) => {
      const { open, proxy } = await startRig();
      const [ends, witness] = [await open(), await open()];
      const [receiver, sender] = direction === 'toClient' ? [ends.client, ends.server] : [ends.server, ends.client];
      ends.connection.reset(direction);
      ends.connection.fin(direction); // too late
      await receiver.ends('close');
      expect(receiver.ending).toEqual(['ECONNRESET', 'close']);
      sender.write('into the void');
      await passTime(witness);
      expect(sender.ending).toEqual([]);
      sender.socket.end();
      await until(() => proxy.connections.size === 1);
    },
  );

  it('lets go of an end that had sent its FIN before', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    server.socket.end();
    await client.ends('fin');
    proxy.reset('toClient');
    await until(() => proxy.connections.size === 0);
  });

  it('comes through a blackhole and a freeze, and to a receiver that does not read', async () => {
    const { open, proxy } = await startRig();
    const [first, second] = [await open(), await open()];
    first.connection.set('blackholed');
    second.server.socket.pause();
    second.client.write(Buffer.alloc(32 * 2 ** 20)); // more than the kernels take: a write is under way for ever
    await until(() => second.connection.inspect().toServer.heldBytes >= 64 * 2 ** 10);
    second.connection.fin('toServer'); // waits behind that write
    proxy.reset();
    await Promise.all([first.client.ends('close'), first.server.ends('close'), second.client.ends('close')]);
    second.server.socket.resume();
    await until(() => second.server.ending.length > 0); // libuv shows an RST behind unread bytes as an end
    expect(second.server.bytes).toBeLessThan(32 * 2 ** 20);
    second.server.write('anyone?');
    await second.server.ends('close');
    expect(second.server.ending.at(-2)).toMatch(/^(ECONNRESET|EPIPE)$/);
  });

  it('ends a connection whose target has not been dialled', async () => {
    const { dial, proxy, servers } = await startRig();
    proxy.set('blackholed');
    const client = await dial();
    await until(() => proxy.connections.size === 1);
    proxy.reset('toClient');
    await client.ends('close');
    expect(client.ending).toEqual(['ECONNRESET', 'close']);
    await until(() => proxy.connections.size === 0);
    expect(servers).toEqual([]);
  });
});

describe('truncate', () => {
  it('passes 4 more bytes, and then FIN', async () => {
    const { open, proxy } = await startRig();
    const { client, server } = await open();
    client.write('before ');
    await server.hears('before ');
    proxy.truncate(4, 'toServer');
    client.write('half a message');
    await server.ends('fin');
    expect(server.text).toBe('before half');
    server.write('still');
    await client.hears('still');
    expect(client.ending).toEqual([]);
  });

  it('passes 4 more bytes, and then RST, to its receiver alone', async () => {
    const { open, proxy } = await startRig();
    const [{ client, server, connection }, witness] = [await open(), await open()];
    connection.truncate(4, 'toClient', 'reset');
    server.write('ha');
    await client.hears('ha');
    server.write('lf a message');
    await client.ends('close');
    expect(client.text).toBe('half');
    expect(client.ending).toEqual(['ECONNRESET', 'close']);
    await passTime(witness);
    expect(server.ending).toEqual([]);
    expect(proxy.connections.size).toBe(2);
  });

  it('holds for a connection from its first byte when it is set as the client comes', async () => {
    const { open, proxy } = await startRig();
    proxy.on('connection', (connection) => connection.truncate(3, 'toServer', 'fin'));
    const { client, server } = await open();
    client.write('hello');
    await server.ends('fin');
    expect(server.text).toBe('hel');
  });

  it('of 0 bytes is fin, and counts what passes only: a blackhole keeps it waiting', async () => {
    const { open, proxy } = await startRig();
    const [{ client, server, connection }, witness] = [await open(), await open()];
    connection.set('blackholed');
    connection.truncate(0, 'toClient');
    await client.ends('fin');
    connection.truncate(2, 'toServer');
    client.write('abc');
    await passTime(witness);
    expect([server.bytes, server.ending]).toEqual([0, []]);
    proxy.set('open');
    await server.ends('fin');
    expect(server.text).toBe('ab');
  });
});
