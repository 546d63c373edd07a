import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { End, listen, startProxy, startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

/** A port at which nobody listens any more. */
async function deadPort(): Promise<number> {
  const server = createServer();
  const address = await listen(server);
  server.close();
  await once(server, 'close');
  if ('path' in address) throw new Error('not a port');
  return address.port;
}

describe('a target that cannot be reached', () => {
  it('and refuses, resets the client, is told with ECONNREFUSED, and leaves nothing', async () => {
    const proxy = await startProxy({ target: await deadPort() });
    const refused = proxy.next('refused');
    const ended = proxy.next('end');
    const client = new End(connect({ ...proxy.address, allowHalfOpen: true }));
    const { connection, error } = await refused;
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    await client.ends('close');
    expect(client.ending).toEqual(['ECONNRESET', 'close']);
    expect(await ended).toBe(connection);
    expect(connection.inspect().state).toBe('ended');
    expect(proxy.inspect()).toMatchObject({ accepted: 1, refused: 1, connections: [] });
    expect(proxy.inspect().lastRefusal).toContain('ECONNREFUSED');
  });

  it('and does not answer within connectTimeout, resets the client, after exactly 3,000 ms', async () => {
    const clock = new ManualClock();
    const { proxy } = await startRig({ connectTimeout: '3s', clock });
    const states: (string | undefined)[] = [];
    // No answer of the target can have been read before this turn is over.
    proxy.on('connection', (connection) =>
      queueMicrotask(() => {
        clock.advance(2_999);
        states.push(connection.inspect().state);
        clock.advance(1);
      }),
    );
    const refused = proxy.next('refused');
    const client = new End(connect({ ...proxy.address }));
    const { error } = await refused;
    expect(error.message).toBe('the target did not answer within 3000 ms');
    expect(states).toEqual(['dialling']);
    await client.ends('close');
    expect(client.ending).toEqual(['ECONNRESET', 'close']);
    await until(() => proxy.connections.size === 0);
  });

  it('is not dialled to the end for a client that has given up', async () => {
    const { dial, proxy } = await startRig();
    const refusals: unknown[] = [];
    proxy.on('refused', (event) => refusals.push(event));
    for (let count = 0; count < 20; count += 1) (await dial()).socket.resetAndDestroy();
    await until(() => proxy.inspect().accepted === 20 && proxy.connections.size === 0);
    expect(refusals).toEqual([]);
  });
});
