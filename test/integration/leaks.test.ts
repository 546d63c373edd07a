import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { countingClock, processListeners } from '../support/counting-clock.ts';
import { countHandles } from '../support/handles.ts';
import { optionsFor, record, startClient, startServer } from '../support/pair.ts';
import { RawPeer } from '../support/raw-peer.ts';

describe('nothing is left behind', () => {
  it('by 200 sessions that came, spoke and closed', async () => {
    const clock = countingClock();
    const server = await startServer({ clock, onMessage: (message) => message });
    const controller = new AbortController();
    const cycle = async (): Promise<void> => {
      const client = startClient({ ...optionsFor(server.address), clock, signal: controller.signal });
      expect(await client.send('hello', { timeout: '1m', signal: controller.signal })).toBe('hello');
      await client.close();
    };
    await cycle(); // what is made once is made
    const before = { sockets: await countHandles('TCPSocketWrap'), listeners: processListeners() };
    for (let count = 0; count < 200; count += 1) await cycle();
    // The last goodbye may still be on its way to the server.
    for (const session of server.sessions) await session.next('end');
    expect({ sockets: await countHandles('TCPSocketWrap'), listeners: processListeners() }).toEqual(before);
    expect(clock.counts).toEqual({ alarms: 0, listeners: 1 }); // the server's
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0 });
    await server.close();
    expect(clock.counts).toEqual({ alarms: 0, listeners: 0 });
  });

  it('by a client that lost 50 connections, but the one listener that each of its users has', async () => {
    const clock = countingClock();
    const server = await startServer({ clock, keepalive: false });
    const client = startClient({ ...optionsFor(server.address), clock, reconnect: { base: 1, cap: 1 } });
    record(client);
    for (let epoch = 1; epoch <= 50; epoch += 1) {
      await client.ready();
      const gone = client.next('disconnect');
      for (const session of server.sessions) session.destroy();
      await gone;
    }
    await client.ready();
    expect(client.epoch).toBe(51);
    expect(client.listenerCount('connect')).toBe(1);
    expect(client.listenerCount('end')).toBe(1);
    expect(clock.counts).toEqual({ alarms: 1, listeners: 2 }); // its heartbeat; its and the server's eye for stalls
    client.destroy();
    expect(clock.counts).toEqual({ alarms: 0, listeners: 1 });
  });

  it('by 100 peers that came and went without a word', async () => {
    const clock = countingClock();
    const server = await startServer({ clock });
    const before = await countHandles('TCPSocketWrap');
    let rejections = 0;
    server.on('rejected', () => {
      rejections += 1;
    });
    for (let count = 0; count < 100; count += 1) {
      const peer = await RawPeer.connect(server.address);
      peer.socket.end();
      await peer.closed();
    }
    expect(rejections).toBe(100);
    expect(clock.counts.alarms).toBe(0);
    expect(await countHandles('TCPSocketWrap')).toBe(before);
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0 });
  });
});
