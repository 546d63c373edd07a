import type { ClientOptions } from '@systole/client';
import type { ServerOptions } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { namesOf, startPair } from '../support/pair.ts';
import { heldFor } from '../support/time.ts';

const TIMEOUT_MS = 400;

/** What a handler takes for a message that is merely slow. */
const SLOW_MS = 100;

function startStalling(server: ServerOptions, client: Partial<ClientOptions> = {}) {
  return startPair({ server, client: { appStallTimeout: TIMEOUT_MS, ...client } });
}

describe('an application that stands still', () => {
  it('L11: is told after 400 ms and a round trip when its handler hangs, and is no verdict', async () => {
    const gate = makeGate<string>();
    const { client, clientTape } = await startStalling({ onMessage: () => gate.promise });
    const sent = [client.send('one'), client.send('two')];
    const told = await client.next('appStalled');
    expect(told).toEqual({ epoch: 1, owed: 2, forMs: expect.any(Number) });
    expect(told.forMs).toBeGreaterThanOrEqual(TIMEOUT_MS);
    // Beside a busy machine: the PING leaves at 400, and its answer is here a round trip later.
    expect(told.forMs).toBeLessThan(5 * TIMEOUT_MS);
    expect(client.inspect()).toMatchObject({ state: 'open', belief: 'alive' });
    gate.open('done');
    expect(await Promise.all(sent)).toEqual(['done', 'done']);
    expect(namesOf(clientTape).filter((name) => name !== 'suspect' && name !== 'alive')).toEqual([
      'connect',
      'appStalled',
    ]);
  });

  it('L11: is told again when it has moved, and stands for another 400 ms', async () => {
    const gates = [makeGate(), makeGate()];
    const { client } = await startStalling({ onMessage: (index) => gates[index as number]?.promise });
    const sent = [client.send(0), client.send(1)];
    expect(await client.next('appStalled')).toMatchObject({ owed: 2 });
    const again = client.next('appStalled');
    gates[0]?.open();
    await sent[0];
    expect(await again).toMatchObject({ owed: 1 });
    gates[1]?.open();
    await sent[1];
  });

  it('L11: is not told of 12 messages of which each takes 100 ms', async () => {
    const { client } = await startStalling({ onMessage: () => heldFor(SLOW_MS) });
    let told = 0;
    client.on('appStalled', () => {
      told += 1;
    });
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 12 }, (_, index) => client.send(index)));
    expect(performance.now() - startedAt).toBeGreaterThan(2 * TIMEOUT_MS);
    expect(told).toBe(0);
  });

  it('L11: is told by either end, of messages that nobody waits for, without a watch on the peer, and though its hook says ok', async () => {
    const gate = makeGate();
    const { session } = await startPair({
      server: { appStallTimeout: TIMEOUT_MS, keepalive: false },
      client: { keepalive: false, onMessage: () => gate.promise, health: () => 'ok' },
    });
    session.post('one');
    expect(await session.next('appStalled')).toMatchObject({ epoch: 1, owed: 1 });
    expect(session.inspect().peerHealth).toMatchObject({ status: 'ok' });
    gate.open();
  });

  it('L11: is a verdict if that is asked for: dead, disconnect, and the peer is told in CLOSE', async () => {
    const gate = makeGate();
    const { client, clientTape, serverTape } = await startStalling(
      { onMessage: () => gate.promise, resumeWindow: 0 },
      { judgeAppStall: true },
    );
    const refused = client.send('one').catch((error: { code: string }) => error.code);
    await client.next('end');
    const [stalled, dead, disconnect] = clientTape.items.filter(({ type }) => type !== 'connect');
    expect([stalled, dead, disconnect].map((told) => told?.type)).toEqual(['appStalled', 'dead', 'disconnect']);
    expect(dead?.payload).toMatchObject({ epoch: 1, cause: 'app-stalled', evidence: { phase: 'open' } });
    expect(await refused).toBe('ERR_IN_DOUBT');
    // The verdict is the client's, so the server tells none.
    await serverTape.first(({ type }) => type === 'end');
    expect(namesOf(serverTape).filter((name) => name === 'dead')).toEqual([]);
    const lost = serverTape.items.find(({ type }) => type === 'disconnect');
    expect(lost?.payload).toMatchObject({ cause: 'app-stalled', evidence: { code: 'app-stalled' } });
    expect(lost?.payload).toMatchObject({
      evidence: { detail: expect.stringMatching(/^1 message without an outcome, and none came for \d+ ms$/) },
    });
    gate.open();
  });

  it('L11: goes on over a 2nd connection behind the verdict, and the message is handled 1 time', async () => {
    const gate = makeGate<string>();
    let handled = 0;
    const { client } = await startStalling(
      {
        onMessage: () => {
          handled += 1;
          return gate.promise;
        },
      },
      { judgeAppStall: true, reconnect: { base: 10, cap: 10 } },
    );
    const again = client.events(['connect']);
    const sent = client.send('one');
    expect((await again.next()).value?.payload).toMatchObject({ epoch: 2, resumed: true });
    gate.open('done');
    expect(await sent).toBe('done');
    expect(handled).toBe(1);
  });

  it.each([0, false] as const)('is not looked for with a time of %o', async (appStallTimeout) => {
    const gate = makeGate();
    const { client } = await startStalling({ onMessage: () => gate.promise }, { appStallTimeout });
    const measure = await startStalling({ onMessage: () => gate.promise });
    let told = 0;
    client.on('appStalled', () => {
      told += 1;
    });
    const sent = client.send('one');
    measure.client.post('one');
    await measure.client.next('appStalled');
    expect(told).toBe(0);
    gate.open();
    await sent;
  });
});
