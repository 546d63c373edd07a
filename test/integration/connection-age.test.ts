import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { namesOf, nextSession, payloadOf, startPair, startServer } from '../support/pair.ts';
import { RawPeer } from '../support/raw-peer.ts';

const HOUR_MS = 3_600_000;

describe('maxConnectionAge 1 h', () => {
  it.each([
    { random: 0, ageMs: HOUR_MS },
    { random: 0.5, ageMs: 0.95 * HOUR_MS },
    { random: 0.999, ageMs: 0.9001 * HOUR_MS },
  ])('asks a client to connect again after $ageMs ms, if chance is $random', async ({ random, ageMs }) => {
    const clock = new ManualClock();
    const server = await startServer({ clock, random: () => random, maxConnectionAge: '1h', keepalive: false });
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    await clock.advanceAsync(ageMs - 1);
    expect(session.inspect().state).toBe('open');
    await clock.advanceAsync(1);
    const goodbye = await peer.next('close');
    expect(goodbye).toMatchObject({ code: 'going-away', scope: 'connection', retryAfterMs: 0, spreadMs: 0 });
    expect(goodbye.reason).toBe('the connection has reached its maximal age');
    peer.send({ ...goodbye, reason: '' });
    expect(await peer.closed()).toEqual(['end', 'close']);
    await tape.first(({ type }) => type === 'end');
    expect(payloadOf(tape, 'disconnect').cause).toBe('closed-locally');
  });

  it('loses nothing: the session goes on with the next connection, and its messages with it', async () => {
    const clock = new ManualClock();
    const handled: unknown[] = [];
    const gate = makeGate();
    const { server, client, session, clientTape, serverTape } = await startPair({
      server: {
        clock,
        random: () => 0,
        maxConnectionAge: '1h',
        keepalive: false,
        onMessage: async (message) => {
          if (handled.push(message) === 1) await gate.promise;
          return message;
        },
      },
      client: { keepalive: false, reconnect: { base: 1, cap: 1 } },
    });
    const sent = [1, 2, 3].map((n) => client.send(n));
    await client.verify();
    const back = client.next('connect');
    await clock.advanceAsync(HOUR_MS);
    const late = [4, 5, 6].map((n) => client.send(n));
    gate.open();
    expect(await back).toMatchObject({ epoch: 2, resumed: true });
    expect(await Promise.all([...sent, ...late])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(handled).toEqual([1, 2, 3, 4, 5, 6]);
    expect(namesOf(serverTape)).toEqual(['connect', 'disconnect', 'connect']);
    expect(payloadOf(clientTape, 'disconnect').cause).toBe('going-away');
    expect([...server.sessions]).toEqual([session]);
  });

  it('is forgotten with its connection: no alarm is left', async () => {
    const clock = new ManualClock();
    const server = await startServer({ clock, maxConnectionAge: '1h', keepalive: false });
    const arrival = server.next('session');
    const peer = await RawPeer.open(server.address);
    const end = (await arrival).next('end');
    expect(clock.nextAt).toBeDefined();
    peer.socket.destroy();
    await end;
    expect(clock.nextAt).toBeUndefined();
  });

  it('is not over when the system has slept for a minute', async () => {
    const clock = new ManualClock();
    const server = await startServer({ clock, random: () => 0, maxConnectionAge: '1h', keepalive: false });
    const arrival = server.next('session');
    const peer = await RawPeer.open(server.address);
    const session = await arrival;
    clock.sleep(60_000); // every alarm rings
    await clock.settle();
    expect(session.inspect().state).toBe('open');
    await clock.advanceAsync(HOUR_MS);
    await peer.next('close');
  });

  it('does not cut short a drain of 1 h, in which it comes', async () => {
    const clock = new ManualClock();
    const handled = makeGate();
    const server = await startServer({
      clock,
      random: () => 0,
      maxConnectionAge: '10m',
      closeTimeout: '1s',
      keepalive: false,
      onMessage: () => handled.promise,
    });
    const arrival = server.next('session');
    const peer = await RawPeer.open(server.address);
    const session = await arrival;
    peer.send({ type: 'data', number: 1, part: 'whole', payload: new Uint8Array([192]) });
    const closed = server.close({ drain: '1h' });
    await peer.next('close');
    await clock.advanceAsync(HOUR_MS / 2);
    expect(session.inspect().state).toBe('closing');
    await clock.advanceAsync(HOUR_MS / 2);
    await closed;
  });

  it('is none unless it is asked for', async () => {
    const clock = new ManualClock();
    const server = await startServer({ clock, keepalive: false });
    const arrival = server.next('session');
    await RawPeer.open(server.address);
    await arrival;
    expect(clock.nextAt).toBeUndefined();
  });
});
