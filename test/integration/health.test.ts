import { describe, expect, it } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import { LogTape } from '../support/log-tape.ts';
import { nextSession, startPair, startServer } from '../support/pair.ts';
import { RawPeer, rawFrame } from '../support/raw-peer.ts';

/** Fields of HELLO that a peer made by hand has to have. */
const ROOM = { resume: 0, settled: 0, credit: 4_096, maxMessage: 1_024 };

describe('the hook health()', () => {
  it('L11: is seen at the other end with its payload: in 1 event for each change, and in inspect()', async () => {
    let queue = 3;
    const { client, session } = await startPair({
      client: {
        health: () => (queue > 5 ? { status: 'degraded', payload: { queue } } : { status: 'ok', payload: { queue } }),
      },
    });
    expect(session.inspect().peerHealth).toBeUndefined();
    const told: unknown[] = [];
    session.on('health', (health) => told.push(health));
    await session.verify();
    await session.verify();
    expect(told).toEqual([{ epoch: 1, status: 'ok', payload: { queue: 3 } }]);
    queue = 17;
    await session.verify();
    expect(told.slice(1)).toEqual([{ epoch: 1, status: 'degraded', payload: { queue: 17 } }]);
    expect(session.inspect().peerHealth).toEqual({ status: 'degraded', payload: { queue: 17 } });
    // The server has no hook: it says nothing of itself.
    await client.verify();
    expect(client.inspect().peerHealth).toBeUndefined();
  });

  it('L11: is asked for each PING, and its answer is never older than that', async () => {
    let calls = 0;
    const { client } = await startPair({
      server: { health: () => ({ status: 'ok', payload: ++calls }) },
      client: { keepalive: false },
    });
    for (let count = 1; count <= 3; count += 1) {
      await client.verify();
      expect(client.inspect().peerHealth).toEqual({ status: 'ok', payload: count });
    }
  });

  it('L11: is failing when it throws; the heartbeat goes on for 5 probes, and the log says why 1 time', async () => {
    const logger = new LogTape();
    const published = tapeChannel<{ status: string }>('health');
    const probes = tapeChannel<{ session: unknown }>('probe');
    const { session, serverTape, clientTape } = await startPair({
      client: {
        keepalive: false,
        logger,
        health: () => {
          throw new Error('no database');
        },
      },
    });
    await probes.until(() => probes.all((probe) => probe.session === session).length >= 5);
    await session.verify();
    expect(session.inspect()).toMatchObject({ belief: 'alive', peerHealth: { status: 'failing' } });
    expect(published.items).toEqual([{ session, epoch: 1, status: 'failing', payload: undefined }]);
    expect([serverTape, clientTape].map((tape) => tape.items[0]?.type)).toEqual(['connect', 'connect']);
    const complaints = logger.tape.all(({ message }) => message === 'health hook failed');
    expect(complaints).toMatchObject([{ level: 'warn', fields: { error: new Error('no database') } }]);
  });

  it('may send on its session, and destroy it', async () => {
    const { client, session } = await startPair({
      server: { onMessage: (message) => message },
      client: {
        keepalive: false,
        health: () => {
          sent ??= client.send('from the hook');
          return 'ok';
        },
      },
    });
    let sent: Promise<unknown> | undefined;
    await session.verify();
    expect(await sent).toBe('from the hook');
    const other = await startPair({
      client: {
        health: () => {
          other.client.destroy();
          return 'ok';
        },
      },
    });
    await expect(other.session.verify()).rejects.toMatchObject({ code: 'ERR_UNVERIFIED' });
  });

  it('L11: is told anew on a 2nd connection', async () => {
    const { client, session } = await startPair({
      server: { health: () => 'degraded' },
      client: { reconnect: { base: 10, cap: 10 } },
    });
    await client.verify();
    expect(client.inspect().peerHealth).toEqual({ status: 'degraded', payload: undefined });
    const again = client.next('connect');
    client.once('disconnect', () => expect(client.inspect().peerHealth).toBeUndefined());
    session.destroy();
    await again;
    const told = client.next('health');
    await client.verify();
    expect(await told).toEqual({ epoch: 2, status: 'degraded', payload: undefined });
  });

  it('leaves PONG at 3 bytes where there is no hook, and no message has come', async () => {
    const server = await startServer();
    const peer = await RawPeer.open(server.address, ROOM);
    peer.send({ type: 'ping', number: 1 });
    expect(await peer.next('pong')).toEqual({ type: 'pong', number: 1 });
  });

  it.each([
    ['a status of 3', [1, 0, 3]],
    ['257 bytes of payload', [1, 0, 0, ...new Array<number>(257).fill(0)]],
    ['a count of 1 where nothing was sent', [1, 1]],
  ])('%s is a breach of the protocol', async (_, body) => {
    const server = await startServer();
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address, ROOM);
    const { tape } = await arrival;
    // A frame of more than 63 bytes has a length of 2.
    peer.write(
      body.length > 62
        ? Uint8Array.of(0x40 + ((body.length + 1) >> 8), (body.length + 1) & 0xff, 4, ...body)
        : rawFrame(4, ...body),
    );
    expect(await peer.next('close')).toMatchObject({ code: 'protocol-error' });
    await tape.first(({ type }) => type === 'end');
  });
});
