import { describe, expect, it } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import {
  namesOf,
  nextSession,
  optionsFor,
  record,
  SESSION_EVENTS,
  startClient,
  startPair,
  startServer,
} from '../support/pair.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { tapeUncaught } from '../support/uncaught-tape.ts';

describe('a listener that throws', () => {
  it('does not stop the heartbeat: 4 more probes leave, and the error surfaces as an uncaught exception', async () => {
    const uncaught = tapeUncaught();
    const probes = tapeChannel('probe');
    const server = await startServer();
    server.on('session', (session) => {
      session.on('connect', () => {
        throw new Error('server');
      });
      throw new Error('session');
    });
    const client = startClient(optionsFor(server.address));
    client.on('connect', () => {
      throw new Error('client');
    });
    const tape = record(client);
    await probes.count(4);
    expect(uncaught.items.map((error) => (error as Error).message).sort()).toEqual(['client', 'server', 'session']);
    expect(namesOf(tape)).toEqual(['connect']);
  });

  it('does not stop a verdict, nor the 5 events around it', async () => {
    const uncaught = tapeUncaught();
    const server = await startServer();
    server.on('session', (session) => {
      for (const name of SESSION_EVENTS) {
        session.on(name, () => {
          throw new Error(name);
        });
      }
    });
    const arrival = nextSession(server);
    await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    await session.next('end');
    const expected = ['connect', 'suspect', 'dead', 'disconnect', 'end'];
    expect(namesOf(tape)).toEqual(expected);
    await uncaught.count(5);
    expect(uncaught.items.map((error) => (error as Error).message)).toEqual(expected);
  });

  it('does not stop a client from coming back', async () => {
    const uncaught = tapeUncaught();
    const { client, session, clientTape } = await startPair({ client: { reconnect: { base: 10, cap: 10 } } });
    client.on('disconnect', () => {
      throw new Error('disconnect');
    });
    client.on('reconnecting', () => {
      throw new Error('reconnecting');
    });
    const again = client.next('connect');
    session.destroy();
    expect((await again).epoch).toBe(2);
    expect(namesOf(clientTape)).toEqual(['connect', 'disconnect', 'reconnecting', 'connect']);
    expect(uncaught.items.map((error) => (error as Error).message)).toEqual(['disconnect', 'reconnecting']);
  });

  it('hides nothing from the listeners after it', async () => {
    const uncaught = tapeUncaught();
    const { client, session } = await startPair();
    const told: string[] = [];
    client.on('end', () => {
      told.push('first');
      throw new Error('first');
    });
    client.on('end', () => told.push('second'));
    const end = client.next('end');
    session.destroy();
    await end;
    expect(told).toEqual(['first', 'second']);
    await uncaught.count(1);
  });
});
