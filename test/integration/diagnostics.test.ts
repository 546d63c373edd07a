import { CHANNELS as OF_CLIENT } from '@systole/client';
import type { Stall } from '@systole/core';
import { systemClock } from '@systole/core/node';
import type { Session } from '@systole/server';
import { CHANNELS } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import type { Told } from '../support/pair.ts';
import { nextSession, startPair, startServer } from '../support/pair.ts';
import { RawPeer } from '../support/raw-peer.ts';

type Published = { readonly session: Session } & Readonly<Record<string, unknown>>;

describe('the diagnostics channels', () => {
  it('are 13, with the same names from server and client', () => {
    expect(CHANNELS).toEqual({
      connect: 'systole:session:connect',
      probe: 'systole:session:probe',
      suspect: 'systole:session:suspect',
      alive: 'systole:session:alive',
      health: 'systole:session:health',
      appStalled: 'systole:session:app-stalled',
      dead: 'systole:session:dead',
      disconnect: 'systole:session:disconnect',
      reconnecting: 'systole:session:reconnecting',
      drain: 'systole:session:drain',
      end: 'systole:session:end',
      rejected: 'systole:server:rejected',
      stall: 'systole:stall',
    });
    expect(OF_CLIENT).toBe(CHANNELS);
  });

  it('carry each event of a session with its payload and the session, before its listeners hear it', async () => {
    const names = ['connect', 'suspect', 'alive', 'dead', 'disconnect', 'end'] as const;
    const channels = names.map((name) => ({ name, tape: tapeChannel<Published>(name) }));
    // Between suspicion and verdict is time for a byte, also on a busy machine.
    const server = await startServer({ keepalive: { idle: 200, interval: 400, probes: 3 } });
    const early: boolean[] = [];
    server.on('session', (session) => {
      for (const { name, tape } of channels) {
        session.on(name, () => early.push(tape.items.some((published) => published.session === session)));
      }
    });
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    const end = session.next('end');
    await session.next('suspect');
    peer.write(Uint8Array.of(0x20));
    await end;
    for (const { name, tape: published } of channels) {
      const told = tape.all((item: Told) => item.type === name).map(({ payload }) => ({ ...payload, session }));
      expect(told.length, name).toBeGreaterThan(0);
      expect(published.all((item) => item.session === session)).toEqual(told);
    }
    expect(early).toEqual(early.map(() => true));
  });

  it('carry the number of each PING, from 1, at both ends', async () => {
    const probes = tapeChannel<Published>('probe');
    const { session } = await startPair({ client: { keepalive: false } });
    const sent = await probes.count(3);
    expect(sent).toEqual([1, 2, 3].map((number) => ({ session, epoch: 1, number })));
  });

  it('carry the reconnecting of a client', async () => {
    const reconnecting = tapeChannel<Published>('reconnecting');
    const { client, session } = await startPair({ client: { reconnect: { base: 10, cap: 10 } } });
    session.destroy();
    const [published] = await reconnecting.count(1);
    expect(published).toMatchObject({ session: client, attempt: 1, cause: 'eof' });
  });

  it('carry who was rejected, and why', async () => {
    const rejected = tapeChannel('rejected');
    const server = await startServer();
    const peer = await RawPeer.connect(server.address);
    peer.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await rejected.count(1);
    expect(rejected.items).toEqual([
      { address: `127.0.0.1:${peer.socket.localPort}`, cause: 'not-our-protocol', evidence: expect.any(Object) },
    ]);
  });

  it('carry a stall of this process, of 200 ms or more, 1 time', async () => {
    const stall = tapeChannel<Stall>('stall');
    systemClock.alarm({ handleAlarm: () => undefined }).set(systemClock.now() + 1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 251);
    const [published] = await stall.count(1);
    expect(published).toEqual(systemClock.lastStall);
    expect(published).toMatchObject({ kind: 'blocked', durationMs: expect.any(Number) });
    expect(published?.durationMs).toBeGreaterThanOrEqual(200);
    expect(stall.items).toHaveLength(1);
  });
});
