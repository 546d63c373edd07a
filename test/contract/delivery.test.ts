import type { MessageHandler } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { startPair } from '../support/pair.ts';
import { TRANSPORTS } from '../support/transports.ts';

const echo: MessageHandler = (message) => message;

describe.each(TRANSPORTS)('send over %s', (transport) => {
  it('D1: resolves with the value that the handler of the peer returned, in both directions at once', async () => {
    const { client, session } = await startPair({
      transport,
      server: { onMessage: (message) => ({ server: message }) },
      client: { onMessage: async (message) => ({ client: message }) },
    });
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const [fromServer, fromClient] = await Promise.all([
      Promise.all(numbers.map((n) => client.send(n))),
      Promise.all(numbers.map((n) => session.send(n))),
    ]);
    expect(fromServer).toEqual(numbers.map((n) => ({ server: n })));
    expect(fromClient).toEqual(numbers.map((n) => ({ client: n })));
  });

  it.each([
    { what: 'null', message: null },
    { what: 'booleans', message: [true, false] },
    { what: 'numbers', message: [0, -1, 1.5, 2 ** 53, -1e300, Number.POSITIVE_INFINITY] },
    { what: 'a bigint', message: 2n ** 63n - 1n },
    { what: 'text', message: 'Grüße, 世界' },
    { what: 'bytes', message: Uint8Array.of(0, 1, 255) },
    { what: 'nested maps and arrays', message: { a: [{ b: { c: [] } }], d: {} } },
  ])('carries what plain data can be, there and back: $what', async ({ message }) => {
    const { client } = await startPair({ transport, server: { onMessage: echo } });
    expect(await client.send(message)).toEqual(message);
  });
});
