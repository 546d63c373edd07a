import type { MessageHandler } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { optionsFor, startClient, startPair } from '../support/pair.ts';

const echo: MessageHandler = (message) => message;

class CodedError extends Error {
  readonly code = 'out-of-range';
}

describe('send', () => {
  it('carries a megabyte, less 15 bytes for two heads, there and back', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_048_576 - 15 }, (_, index) => index % 251));
    const { client } = await startPair({ server: { onMessage: echo } });
    expect(Buffer.compare((await client.send(bytes)) as Uint8Array, bytes)).toBe(0);
  });

  it('D1: resolves with undefined where the handler returned nothing, at once or later', async () => {
    const { client } = await startPair({
      server: { onMessage: (message) => (message === 'later' ? Promise.resolve() : undefined) },
    });
    expect(await client.send('now')).toBeUndefined();
    expect(await client.send('later')).toBeUndefined();
  });

  it.each<{ what: string; onMessage: MessageHandler; peerCode: string; peerText: string }>([
    {
      what: 'throws',
      onMessage: () => {
        throw new Error('sensor is off');
      },
      peerCode: 'failed',
      peerText: 'sensor is off',
    },
    {
      what: 'rejects',
      onMessage: () => Promise.reject(new Error('database is away')),
      peerCode: 'failed',
      peerText: 'database is away',
    },
    {
      what: 'throws an error with a code',
      onMessage: () => {
        throw new CodedError('99 is too much');
      },
      peerCode: 'out-of-range',
      peerText: '99 is too much',
    },
    {
      what: 'throws a text',
      onMessage: () => {
        throw 'no';
      },
      peerCode: 'failed',
      peerText: 'no',
    },
    {
      what: 'rejects with nothing',
      onMessage: () => Promise.reject(),
      peerCode: 'failed',
      peerText: 'undefined',
    },
    {
      what: 'returns what no codec can write',
      onMessage: () => ({ when: new Date(0) }),
      peerCode: 'unencodable-result',
      peerText:
        'the message was handled, but its result could not be encoded: message.when is an instance of Date; it must be made of plain objects, arrays, strings, numbers, 64-bit bigints, booleans, null and Uint8Array',
    },
    {
      what: 'returns more than the sender takes',
      onMessage: () => new Uint8Array(1_048_577),
      peerCode: 'result-too-large',
      peerText: 'the message was handled, but its result of 1048582 bytes is too large',
    },
  ])(
    'D1: rejects with the code and the text of the peer where the handler $what',
    async ({ onMessage, peerCode, peerText }) => {
      const { client, clientTape } = await startPair({ server: { onMessage } });
      await expect(client.send('hello')).rejects.toMatchObject({
        name: 'NotHandledError',
        code: 'ERR_NOT_HANDLED',
        fault: 'peer',
        peerCode,
        peerText,
        message: expect.stringContaining(peerText),
      });
      expect(client.inspect()).toMatchObject({ state: 'open', queuedMessages: 0 });
      expect(clientTape.items.length).toBe(1);
    },
  );

  it('D1: rejects with no-handler where the peer has none', async () => {
    const { client, session } = await startPair();
    await expect(client.send(1)).rejects.toMatchObject({ code: 'ERR_NOT_HANDLED', peerCode: 'no-handler' });
    await expect(session.send(1)).rejects.toMatchObject({ code: 'ERR_NOT_HANDLED', peerCode: 'no-handler' });
  });

  it('D1: cuts the code of the peer at 64 bytes and its text at 1024', async () => {
    const error = Object.assign(new Error('t'.repeat(5_000)), { code: 'c'.repeat(500) });
    const { client } = await startPair({ server: { onMessage: () => Promise.reject(error) } });
    await expect(client.send(1)).rejects.toMatchObject({ peerCode: 'c'.repeat(64), peerText: 't'.repeat(1_024) });
  });

  it('D2: goes on after a message that failed: 5 of 10 are refused, and the others answered', async () => {
    const { client } = await startPair({
      server: {
        onMessage: (message) => {
          if (Number(message) % 2 === 0) throw new Error(`even: ${message}`);
          return message;
        },
      },
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => client.send(n)));
    expect(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.peerText)),
    ).toEqual(['even: 0', 1, 'even: 2', 3, 'even: 4', 5, 'even: 6', 7, 'even: 8', 9]);
  });

  it("says whose handler has failed, with what, and not as if it were an error of the sender's", async () => {
    const { client } = await startPair({
      server: {
        onMessage: (message) => {
          throw message === 'coded' ? new CodedError('99 is too much') : new Error('sensor is off');
        },
      },
    });
    await expect(client.send('plain')).rejects.toThrow("the peer's handler failed: sensor is off");
    await expect(client.send('coded')).rejects.toThrow("the peer's handler failed: 99 is too much (out-of-range)");
  });

  it('says in the message itself what cannot be encoded, and where', async () => {
    const { client } = await startPair();
    const text = 'the codec could not encode the message: message.when is an instance of Date; it must be made of';
    await expect(client.send({ when: new Date(0) })).rejects.toThrow(text);
  });

  it('carries null: a handler that returns null has answered', async () => {
    const { client } = await startPair({ server: { onMessage: () => null } });
    expect(await client.send(1)).toBeNull();
  });
});

describe('a handler', () => {
  it('D1: gets messages one at a time and in order, though each takes its own time', async () => {
    const log: string[] = [];
    const gates = Array.from({ length: 5 }, () => makeGate());
    const { client } = await startPair({
      server: {
        onMessage: async (message) => {
          log.push(`begins ${message}`);
          await gates[Number(message)]?.promise;
          log.push(`ends ${message}`);
        },
      },
    });
    const sent = gates.map((_, n) => client.send(n));
    // The last may go first: it has to wait all the same.
    for (const gate of gates.toReversed()) gate.open();
    await Promise.all(sent);
    expect(log).toEqual([0, 1, 2, 3, 4].flatMap((n) => [`begins ${n}`, `ends ${n}`]));
  });

  it('D1: gets the session that the message came on, and may send on it', async () => {
    const { client, session } = await startPair({
      server: { onMessage: (message, from) => from.send(['back', message]) },
      client: { onMessage: (message) => ['client', message] },
    });
    expect(await client.send('there')).toEqual(['client', ['back', 'there']]);
    expect(session.inspect()).toMatchObject({ queuedMessages: 0, state: 'open' });
  });

  it('D1: may answer with any thenable', async () => {
    // biome-ignore lint/suspicious/noThenProperty: this is what a thenable is
    const thenable = { then: (resolve: (value: unknown) => void) => resolve('then') };
    const { client } = await startPair({ server: { onMessage: () => thenable } });
    expect(await client.send(1)).toBe('then');
  });

  it('of one session does not wait for that of another', async () => {
    const gate = makeGate();
    const { client, server } = await startPair({
      server: { onMessage: (message) => (message === 'slow' ? gate.promise : message) },
    });
    const slow = client.send('slow');
    const other = startClient(optionsFor(server.address));
    expect(await other.send('fast')).toBe('fast');
    gate.open();
    expect(await slow).toBeUndefined();
  });
});
