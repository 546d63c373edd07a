import { getEventListeners } from 'node:events';
import type { Session, SessionEvents } from '@systole/client';
import { describe, expect, it } from 'vitest';
import { nextSession, SESSION_EVENTS, startPair, startServer } from '../support/pair.ts';
import { RawPeer } from '../support/raw-peer.ts';

function listenersOf(session: Pick<Session, 'listenerCount'>): number {
  return SESSION_EVENTS.reduce((sum, name) => sum + session.listenerCount(name), 0);
}

describe('waiting for events', () => {
  it('yields the 4 last events of a dying connection in their order, then ends', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    await RawPeer.open(server.address);
    const { session } = await arrival;
    const before = listenersOf(session);
    const types: (keyof SessionEvents)[] = [];
    let cause: unknown;
    for await (const { type, payload } of session.events(['suspect', 'alive', 'dead', 'disconnect', 'end'])) {
      types.push(type);
      if (type === 'end') cause = payload.cause;
    }
    expect(types).toEqual(['suspect', 'dead', 'disconnect', 'end']);
    expect(cause).toBe('silent');
    expect(listenersOf(session)).toBe(before);
  });

  it('keeps events that come while the consumer is busy', async () => {
    const { client, session } = await startPair();
    const events = client.events(['disconnect', 'end']);
    session.destroy();
    await client.next('end');
    const rest = [];
    for await (const { type } of events) rest.push(type);
    expect(rest).toEqual(['disconnect', 'end']);
  });

  it('leaves no listener behind when the consumer breaks off', async () => {
    const { client, session } = await startPair();
    const before = listenersOf(client);
    const controller = new AbortController();
    const events = client.events(['disconnect', 'end'], { signal: controller.signal });
    expect(listenersOf(client)).toBe(before + 2);
    session.destroy();
    for await (const { type } of events) {
      expect(type).toBe('disconnect');
      break;
    }
    expect(listenersOf(client)).toBe(before);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('resolves next() with the payload, and leaves no listener behind', async () => {
    const { client, session } = await startPair();
    const before = listenersOf(client);
    const next = client.next('disconnect');
    session.destroy();
    expect(await next).toMatchObject({ epoch: 1, cause: 'eof' });
    expect(listenersOf(client)).toBe(before);
  });

  it('rejects next() with ERR_ABORTED and the reason at once when its signal aborts', async () => {
    const { client } = await startPair();
    const before = listenersOf(client);
    const controller = new AbortController();
    const next = client.next('end', { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(next).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason });
    await expect(client.next('end', { signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(listenersOf(client)).toBe(before);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('throws ERR_ABORTED out of a loop over events()', async () => {
    const { client } = await startPair();
    const controller = new AbortController();
    const loop = (async () => {
      for await (const { type } of client.events(['end'], { signal: controller.signal })) expect(type).toBe('never');
    })();
    controller.abort();
    await expect(loop).rejects.toMatchObject({ code: 'ERR_ABORTED', fault: 'caller' });
  });

  it('rejects next() with ERR_CLOSED when the session ends without such an event, and ever after', async () => {
    const { client, session } = await startPair();
    const next = client.next('dead');
    session.destroy();
    await expect(next).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(client.next('connect')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    for await (const { type } of client.events(['connect'])) expect(type).toBe('never');
  });

  it('ends for the events of a server too, once it is closed', async () => {
    const { server } = await startPair();
    const next = server.next('session');
    const rejected = server.events(['rejected']);
    await server.close();
    await expect(next).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    for await (const { type } of rejected) expect(type).toBe('never');
  });

  it('calls a once listener 1 time, and a listener that was taken off never', async () => {
    const { client, session } = await startPair({ client: { reconnect: { base: 10, cap: 10 } } });
    const told: string[] = [];
    const dropped = (): void => void told.push('dropped');
    client.once('disconnect', ({ epoch }) => told.push(`once ${epoch}`));
    client.on('disconnect', ({ epoch }) => told.push(`on ${epoch}`));
    client.on('disconnect', dropped);
    client.once('disconnect', dropped);
    client.off('disconnect', dropped);
    client.off('disconnect', dropped);
    const again = client.next('connect');
    session.destroy();
    await again;
    const gone = client.next('disconnect');
    client.destroy();
    await gone;
    expect(told).toEqual(['once 1', 'on 1', 'on 2']);
  });
});
