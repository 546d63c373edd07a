import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ManualClock } from '@systole/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countingClock, processListeners } from '../support/counting-clock.ts';
import { countHandles } from '../support/handles.ts';
import { optionsFor, record, startClient, startServer } from '../support/pair.ts';
import { RawPeer } from '../support/raw-peer.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** The socket that was accepted last in this process, from now on. */
function watchAccepted(): { readonly socket: Socket | undefined } {
  const accepted: { socket: Socket | undefined } = { socket: undefined };
  const listener = (message: unknown): void => {
    accepted.socket = (message as { socket: Socket }).socket;
  };
  subscribe('net.server.socket', listener);
  onTestFinished(() => void unsubscribe('net.server.socket', listener));
  return accepted;
}

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

  it('by a session that was cut and resumed 500 times: no socket, no alarm, and less than 1 MB', async () => {
    const accepted = watchAccepted();
    const clock = new ManualClock();
    const server = await startServer({
      clock,
      keepalive: false,
      handshakeTimeout: '1h',
      onMessage: (message) => message,
    });
    const client = startClient({ ...optionsFor(server.address), keepalive: false, reconnect: { base: 1, cap: 1 } });
    await client.ready();
    const cycle = async (): Promise<void> => {
      const [gone, back] = [client.next('disconnect'), client.next('connect')];
      accepted.socket?.destroy();
      await gone;
      clock.advance(5_000); // so that the changes do not come too often
      expect(await back).toMatchObject({ resumed: true });
      expect(await client.send('hello')).toBe('hello');
    };
    for (let count = 0; count < 50; count += 1) await cycle();
    const before = { heap: heapUsed(), handles: await countHandles('TCPSocketWrap') };
    for (let count = 0; count < 500; count += 1) await cycle();
    expect(await countHandles('TCPSocketWrap')).toBe(before.handles);
    expect(heapUsed() - before.heap).toBeLessThan(1_000_000);
    expect(client.epoch).toBe(551);
    expect(server.inspect()).toMatchObject({ sessions: 1, parked: 0, arrivals: 0 });
    expect(clock.nextAt).toBeUndefined();
  }, 30_000);

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
    expect(clock.counts.alarms).toBeLessThanOrEqual(1); // the log's, which sums up for a second
    expect(await countHandles('TCPSocketWrap')).toBe(before);
    expect(server.inspect()).toMatchObject({ sessions: 0, arrivals: 0 });
    await server.close();
    expect(clock.counts.alarms).toBe(0);
  });
});
