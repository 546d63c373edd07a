import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners, once } from 'node:events';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Client, KeepaliveSetting, ReconnectOptions } from '@systole/client';
import { ManualClock } from '@systole/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import { countingClock } from '../support/counting-clock.ts';
import { FAST, namesOf, optionsFor, payloadOf, record, startClient, startPair, startServer } from '../support/pair.ts';
import { bytesOf, listenRaw, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';

/** A place where nobody listens. */
async function emptyPlace(): Promise<{ port: number; host: string }> {
  const { net, address } = await listenRaw();
  net.close();
  await once(net, 'close');
  return address;
}

/** The delays of the first attempts. */
async function delaysOf(client: Client, count: number): Promise<number[]> {
  const tape = record(client);
  await tape.count(count);
  return tape.items.slice(0, count).map(({ type, payload }, index) => {
    expect({ type, payload }).toMatchObject({
      type: 'reconnecting',
      payload: { attempt: index + 1, cause: 'refused' },
    });
    return 'delayMs' in payload ? payload.delayMs : Number.NaN;
  });
}

describe('a client that cannot connect', () => {
  it.each([
    { random: 0, delays: [10, 10, 10, 10] }, // never at one instant
    { random: 0.5, delays: [20, 40, 60, 60] },
    { random: 0.999_999, delays: [40, 80, 120, 120] }, // the cap is reached with the jitter inside
  ])('waits a random part of a ceiling that doubles from 40 to 120 ms: $random of it', async ({ random, delays }) => {
    const client = startClient({
      ...(await emptyPlace()),
      reconnect: { base: 40, cap: 120 },
      random: () => random,
    });
    expect(await delaysOf(client, 4)).toEqual(delays);
  });

  it('tries again no earlier than it has said', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: { base: 100, cap: 100 }, random: () => 0.99 });
    const waiting = client.next('reconnecting');
    (await peers.first()).socket.destroy();
    const { delayMs } = await waiting;
    const from = performance.now();
    expect(client.inspect()).toMatchObject({ state: 'waiting', epoch: 1, lastCause: 'eof' });
    await peers.count(2);
    expect(delayMs).toBe(99);
    expect(performance.now() - from).toBeGreaterThanOrEqual(delayMs - 1); // the wait had begun when we were told
  });

  it('ends after maxAttempts of 3 in a row, with the last cause, and ready() rejects', async () => {
    const client = startClient({ ...(await emptyPlace()), reconnect: { base: 10, cap: 10, maxAttempts: 3 } });
    const tape = record(client);
    await expect(client.ready()).rejects.toMatchObject({ code: 'ERR_CONNECT', cause: { code: 'ECONNREFUSED' } });
    expect(namesOf(tape)).toEqual(['reconnecting', 'reconnecting', 'reconnecting', 'end']);
    expect(payloadOf(tape, 'end').cause).toBe('refused');
  });

  it('is ready as soon as somebody listens, and ready() resolves for everybody who waits', async () => {
    const address = await emptyPlace();
    const client = startClient({ ...address, reconnect: { base: 30, cap: 30 } });
    const waits = Promise.all([client.ready(), client.ready()]);
    await client.next('reconnecting');
    await startServer({}, address);
    await waits;
    await client.ready();
    expect(client.inspect().state).toBe('open');
  });

  it('ends with the first failure where reconnect is false', async () => {
    const client = startClient({ ...(await emptyPlace()), reconnect: false });
    const tape = record(client);
    await client.next('end');
    expect(namesOf(tape)).toEqual(['end']);
  });
});

describe('the attempts of a client', () => {
  /** The attempt that is told after each of 3 connections; `live` sees each before the server destroys it. */
  async function attemptsOf(
    reconnect: ReconnectOptions,
    {
      keepalive,
      server: serverKeepalive = false,
      live,
    }: {
      keepalive?: KeepaliveSetting;
      server?: KeepaliveSetting;
      live?: (client: Client) => Promise<unknown>;
    },
  ): Promise<number[]> {
    const options = keepalive === undefined ? {} : { keepalive };
    const server = await startServer({ keepalive: serverKeepalive });
    const client = startClient({ ...optionsFor(server.address), ...options, reconnect });
    const attempts: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      await client.ready();
      await live?.(client);
      const told = client.next('reconnecting');
      for (const session of server.sessions) session.destroy();
      attempts.push((await told).attempt);
    }
    return attempts;
  }

  it('count on after connections that were shorter than minUptime', async () => {
    const reconnect = { base: 10, cap: 10, minUptime: '1m' } as const;
    expect(await attemptsOf(reconnect, { keepalive: false })).toEqual([1, 2, 3]);
  });

  it('count on after connections on which no heartbeat was answered: connecting alone proves little', async () => {
    expect(await attemptsOf({ base: 10, cap: 10, minUptime: 0 }, {})).toEqual([1, 2, 3]);
  });

  it('begin anew after connections that lasted and had a heartbeat', async () => {
    const probes = tapeChannel<{ session: unknown; epoch: number; number: number }>('probe');
    const live = (client: Client): Promise<unknown> =>
      // The second probe leaves after the first was answered.
      probes.first((probe) => probe.session === client && probe.epoch === client.epoch && probe.number === 2);
    expect(await attemptsOf({ base: 10, cap: 10, minUptime: 100 }, { live })).toEqual([1, 1, 1]);
  });

  it("begin anew after connections that lasted and had the server's heartbeat, which spares the client its own", async () => {
    const probes = tapeChannel<{ session: unknown; epoch: number; number: number }>('probe');
    const live = (client: Client): Promise<unknown> =>
      // The second probe of the server leaves after the client has answered the first.
      probes.first((probe) => probe.session !== client && probe.epoch === client.epoch && probe.number === 2);
    const options = { keepalive: { idle: '1h' }, server: FAST, live } as const;
    expect(await attemptsOf({ base: 10, cap: 10, minUptime: 0 }, options)).toEqual([1, 1, 1]);
  });

  it('begin anew after connections that lasted, where the client does not watch', async () => {
    const reconnect = { base: 10, cap: 10, minUptime: 0 };
    expect(await attemptsOf(reconnect, { keepalive: false })).toEqual([1, 1, 1]);
  });
});

describe('a server that has a say', () => {
  it('is heard: a client comes back no earlier than its hint of 300 ms', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: { base: 10, cap: 10 } });
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    const told = client.next('reconnecting');
    const farewell = { scope: 'connection', code: 'going-away', lastAccepted: 0, reason: '' } as const;
    peer.send({ type: 'close', ...farewell, retryAfterMs: 300, spreadMs: 100 });
    const { delayMs, cause } = await told;
    expect(cause).toBe('going-away');
    expect(delayMs).toBeGreaterThanOrEqual(300);
    expect(delayMs).toBeLessThanOrEqual(400);
    await peers.count(2);
  });

  it('is heard, and come back to, after its hint of 60 s also where the system sleeps meanwhile', async () => {
    const clock = new ManualClock();
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, clock, reconnect: { base: 10, cap: 10 } });
    (await peers.first()).write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    const told = client.next('reconnecting');
    const farewell = { scope: 'connection', code: 'going-away', lastAccepted: 0, reason: '' } as const;
    (await peers.first()).send({ type: 'close', ...farewell, retryAfterMs: 60_000, spreadMs: 0 });
    await told;
    clock.sleep(5_000); // every alarm rings
    await clock.advanceAsync(59_000);
    expect(peers.items).toHaveLength(1);
    await clock.advanceAsync(1_000);
    await peers.count(2);
  });

  it.each([
    { retryAfterMs: 3_600_000, spreadMs: 2, delayMs: 3_600_001 },
    { retryAfterMs: 3_600_001, spreadMs: 2, delayMs: 3_600_001 },
    { retryAfterMs: Number.MAX_SAFE_INTEGER, spreadMs: Number.MAX_SAFE_INTEGER, delayMs: 5_400_000 },
    { retryAfterMs: 1, spreadMs: 3_600_000, delayMs: 1_800_001 },
    { retryAfterMs: 1, spreadMs: 3_600_002, delayMs: 1_800_001 },
  ])(
    'W6: of a hint of $retryAfterMs ms and a spread of $spreadMs ms heeds one hour each: $delayMs ms',
    async (hint) => {
      const { delayMs, ...hinted } = hint;
      const { peers, address } = await listenRaw();
      const client = startClient({ ...address, clock: new ManualClock(), random: () => 0.5, reconnect: {} });
      const peer = await peers.first();
      peer.write(PREAMBLE, bytesOf(welcomeFrame()));
      await client.ready();
      const told = client.next('reconnecting');
      peer.send({ type: 'close', scope: 'connection', code: 'going-away', lastAccepted: 0, reason: '', ...hinted });
      expect((await told).delayMs).toBe(delayMs);
    },
  );

  it.each(['rejected', 'incompatible', 'superseded'] as const)('stops a client for good with %s', async (code) => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: { base: 10, cap: 10 } });
    const tape = record(client);
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    const farewell = { scope: 'connection', lastAccepted: 0, retryAfterMs: 0, spreadMs: 0 } as const;
    peer.send({ type: 'close', ...farewell, code, reason: 'not you' });
    await client.next('end');
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    const cause = code === 'superseded' ? 'superseded' : 'rejected';
    expect(payloadOf(tape, 'end')).toMatchObject({ cause, evidence: { code, detail: 'not you' } });
  });
});

describe('the signal of a client', () => {
  it('ends it at once while it waits to reconnect', async () => {
    const controller = new AbortController();
    const client = startClient({
      ...(await emptyPlace()),
      reconnect: { base: '1h', cap: '1h' },
      signal: controller.signal,
    });
    const tape = record(client);
    await client.next('reconnecting');
    controller.abort();
    expect(namesOf(tape)).toEqual(['reconnecting', 'end']);
    expect(payloadOf(tape, 'end').cause).toBe('closed-locally');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('ends it at once while it dials, and destroys the socket', async () => {
    const { address, peers } = await listenRaw();
    const controller = new AbortController();
    const opened = new Promise<{ destroyed: boolean }>((resolve) => {
      const listener = (message: unknown): void => resolve((message as { socket: { destroyed: boolean } }).socket);
      subscribe('net.client.socket', listener);
      onTestFinished(() => void unsubscribe('net.client.socket', listener));
    });
    const client = startClient({ ...address, reconnect: {}, signal: controller.signal });
    const tape = record(client);
    const socket = await opened;
    expect(client.inspect().epoch).toBe(0); // not connected yet
    controller.abort();
    expect(socket.destroyed).toBe(true);
    expect(namesOf(tape)).toEqual(['end']);
    await expect(client.ready()).rejects.toMatchObject({ code: 'ERR_CONNECT' });
    expect(peers.all(({ received }) => received.length > 0)).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'leaves no socket behind where it comes %i microtasks after the TCP connection',
    async (microtasks) => {
      const { address } = await listenRaw();
      const controller = new AbortController();
      const opened = new Promise<Socket>((resolve) => {
        const listener = (message: unknown): void => resolve((message as { socket: Socket }).socket);
        subscribe('net.client.socket', listener);
        onTestFinished(() => void unsubscribe('net.client.socket', listener));
      });
      const client = startClient({ ...address, signal: controller.signal });
      const end = client.next('end');
      const socket = await opened;
      socket.prependListener('connect', async () => {
        for (let left = microtasks; left > 0; left -= 1) await undefined;
        controller.abort();
      });
      await end;
      await turn();
      expect(socket.destroyed).toBe(true);
    },
  );

  it('ends it at once while a name is being looked up', async () => {
    const controller = new AbortController();
    const client = startClient({ host: 'systole.invalid', port: 1, reconnect: {}, signal: controller.signal });
    const tape = record(client);
    await Promise.resolve(); // the lookup has begun
    controller.abort();
    expect(namesOf(tape)).toEqual(['end']);
    expect(payloadOf(tape, 'end').cause).toBe('closed-locally');
  });

  it('ends it at once in the middle of a handshake', async () => {
    const { peers, address } = await listenRaw();
    const controller = new AbortController();
    const client = startClient({ ...address, reconnect: {}, signal: controller.signal });
    const tape = record(client);
    const peer = await peers.first();
    await peer.next('hello');
    controller.abort();
    expect(namesOf(tape)).toEqual(['end']);
    expect(payloadOf(tape, 'end')).toMatchObject({ cause: 'closed-locally', evidence: { phase: 'handshake' } });
    await peer.closed();
  });

  it('ends it at once when it is connected', async () => {
    const controller = new AbortController();
    const { clientTape, session } = await startPair({ client: { reconnect: {}, signal: controller.signal } });
    const gone = session.next('disconnect');
    controller.abort();
    expect(namesOf(clientTape)).toEqual(['connect', 'disconnect', 'end']);
    expect((await gone).cause).toBe('eof');
  });

  it('keeps it from beginning at all where it was aborted before', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: {}, signal: AbortSignal.abort() });
    const tape = record(client);
    await client.next('end');
    expect(namesOf(tape)).toEqual(['end']);
    expect(peers.items).toEqual([]);
  });

  it('is let go when the client has ended otherwise', async () => {
    const controller = new AbortController();
    const { client, clientTape } = await startPair({ client: { signal: controller.signal } });
    expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
    await client.close();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    expect(namesOf(clientTape)).toEqual(['connect', 'disconnect', 'end']);
  });
});

describe('close and destroy', () => {
  it.each(['close', 'destroy'] as const)('end a client that waits to reconnect: %s', async (method) => {
    const client = startClient({ ...(await emptyPlace()), reconnect: { base: '1h', cap: '1h' } });
    const tape = record(client);
    await client.next('reconnecting');
    await client[method]();
    expect(namesOf(tape)).toEqual(['reconnecting', 'end']);
    expect(client.inspect().state).toBe('ended');
  });

  it.each(['close', 'destroy'] as const)(
    'L12: leave 0 alarms that would keep the process alive: %s',
    async (method) => {
      const clock = countingClock();
      const client = startClient({ ...(await emptyPlace()), clock, reconnect: { base: '1h', cap: '1h' } });
      await client.next('reconnecting');
      expect(clock.counts.alarms).toBe(1);
      await client[method]();
      expect(clock.counts.alarms).toBe(0);
    },
  );

  it('end a client that was just made, before it opens a socket', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, reconnect: {} });
    const tape = record(client);
    client.destroy();
    await client.close();
    expect(namesOf(tape)).toEqual(['end']);
    expect(peers.items).toEqual([]);
  });
});
