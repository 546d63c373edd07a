import { describe, expect, it } from 'vitest';
import { passTime, startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

describe('the connections of a proxy', () => {
  it('have faults of their own', async () => {
    const { open } = await startRig();
    const [first, second] = [await open(), await open()];
    first.connection.set('blackholed');
    first.client.write('lost?');
    await passTime(second);
    expect(first.server.bytes).toBe(0);
    second.connection.reset();
    await second.client.ends('close');
    expect(first.client.ending).toEqual([]);
  });

  it('are numbered, and can be looked at', async () => {
    const { open, proxy } = await startRig();
    const { client, server, connection } = await open();
    await open();
    client.write('12345');
    await server.hears('12345');
    proxy.set({ latency: '1s' }, 'toClient');
    await until(() => connection.inspect().toServer.passedBytes === 5);
    expect(connection.inspect()).toEqual({
      id: 1,
      client: `127.0.0.1:${client.socket.localPort}`,
      state: 'live',
      toServer: { condition: 'open', passedBytes: 5, heldBytes: 0, ended: undefined },
      toClient: { condition: { latency: '1s' }, passedBytes: 0, heldBytes: 0, ended: undefined },
    });
    expect([...proxy.connections].map(({ id }) => id)).toEqual([1, 2]);
    expect(proxy.inspect()).toMatchObject({ accepted: 2, refused: 0, conditions: { toClient: { latency: '1s' } } });
  });

  it('that come begin with the conditions of the proxy', async () => {
    const { open, proxy } = await startRig();
    const witness = await open();
    proxy.set('frozen', 'toServer');
    witness.connection.set('open');
    const { client, server } = await open();
    client.write('held');
    server.write('passes');
    await client.hears('passes');
    await passTime(witness);
    expect(server.bytes).toBe(0);
  });

  it('are told when they come, before the target is dialled, and when they are gone', async () => {
    const { open, proxy } = await startRig();
    const states: string[] = [];
    proxy.on('connection', (connection) => states.push(connection.inspect().state));
    proxy.on('end', (connection) => states.push(connection.inspect().state));
    const { client, server } = await open();
    client.socket.end();
    server.socket.end();
    await until(() => proxy.connections.size === 0);
    expect(states).toEqual(['waiting', 'ended']);
  });
});
