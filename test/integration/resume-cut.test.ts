import { ManualClock, seededRandom } from '@systole/testing';
import { startFaultProxy } from '@systole/testing/proxy';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nextSession, optionsFor, startClient, startServer } from '../support/pair.ts';

const MESSAGES = 120;
const CUTS = 30;
/** A client may change its connection so often without limit (FlapLimiter). */
const REFILL_MS = 5_000;
/** 31 connections and 3 MB a test, which take a second, on a machine that does much else. */
const PATIENCE_MS = 30_000;

/** Long enough to be cut in the middle, and now and then in parts. */
function bodyOf(n: number): Uint8Array {
  return new Uint8Array(n % 20 === 0 ? 150_000 : (n * 37) % 3_000);
}

const orderOf = (messages: readonly unknown[]): unknown[] => messages.map((message) => (message as [number])[0]);
const NUMBERS = Array.from({ length: MESSAGES }, (_, n) => n);

describe('a connection that is cut at any byte', () => {
  it.each([
    { direction: 'toServer', ending: 'fin', seed: 1 },
    { direction: 'toClient', ending: 'fin', seed: 2 },
    { direction: 'both', ending: 'fin', seed: 3 },
    // The server is not told: each next connection supersedes the one that it believes alive.
    { direction: 'toClient', ending: 'reset', seed: 4 },
  ] as const)(
    'loses nothing, 30 times $direction with $ending: 120 messages each way, once and in order',
    async ({ direction, ending, seed }) => {
      const random = seededRandom(seed);
      const clock = new ManualClock();
      const atServer: unknown[] = [];
      const atClient: unknown[] = [];
      const server = await startServer({
        clock,
        keepalive: false,
        resumeWindow: '1h',
        handshakeTimeout: '1h',
        onMessage: (message) => atServer.push(message),
      });
      const proxy = await startFaultProxy({ target: server.address ?? { port: 0 } });
      onTestFinished(() => proxy.close());
      const arrival = nextSession(server);
      let sessions = 0;
      server.on('session', () => {
        sessions += 1;
      });
      const client = startClient({
        ...optionsFor(proxy.address),
        keepalive: false,
        reconnect: { base: 1, cap: 1 },
        onMessage: (message) => atClient.push(message),
      });
      const { session } = await arrival;
      await client.ready();
      session.on('disconnect', () => queueMicrotask(() => clock.advance(REFILL_MS)));

      // From 1 byte, in the midst of HELLO or WELCOME, to far into the messages.
      let cuts = 0;
      const cut = (connection: { truncate: typeof proxy.truncate }): void => {
        if (cuts >= CUTS) return;
        cuts += 1;
        connection.truncate(1 + Math.floor(random() ** 2 * 60_000), direction, ending);
      };
      proxy.on('connection', cut);
      cut(proxy);

      const results = await Promise.all([
        Promise.all(NUMBERS.map((n) => client.send([n, bodyOf(n)]))),
        Promise.all(NUMBERS.map((n) => session.send([n, bodyOf(n)]))),
      ]);
      expect(orderOf(atServer)).toEqual(NUMBERS);
      expect(orderOf(atClient)).toEqual(NUMBERS);
      expect(results).toEqual([NUMBERS.map((n) => n + 1), NUMBERS.map((n) => n + 1)]);
      expect(sessions).toBe(1);
      expect(cuts).toBe(CUTS);
      expect(client.inspect()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
    },
    PATIENCE_MS,
  );
});
