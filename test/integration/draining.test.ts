import type { CloseOptions } from '@systole/server';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { optionsFor, payloadOf, startClient, startPair, startServer } from '../support/pair.ts';
import { ackFrame, bytesOf, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';

/** A pair whose server's handler has begun with a message, and goes on until the gate is opened. */
async function startBusyPair(closeTimeout: number) {
  const begun = makeGate();
  const answer = makeGate<string>();
  const onMessage = (): Promise<string> => {
    begun.open();
    return answer.promise;
  };
  // The client's own patience is not what these tests are about.
  const pair = await startPair({ server: { onMessage, closeTimeout }, client: { closeTimeout: '1m' } });
  const sent = pair.client.send('slow');
  sent.catch(() => {});
  await begun.promise;
  return { ...pair, answer, sent };
}

const HINTS: readonly {
  readonly options: CloseOptions;
  readonly sessions: number;
  readonly retryAfterMs: number;
  readonly spreadMs: number;
}[] = [
  { options: {}, sessions: 1, retryAfterMs: 0, spreadMs: 5 },
  { options: {}, sessions: 20, retryAfterMs: 0, spreadMs: 100 },
  { options: { retryAfter: '2s', spread: '30s' }, sessions: 1, retryAfterMs: 2_000, spreadMs: 30_000 },
  { options: { spread: 0 }, sessions: 1, retryAfterMs: 0, spreadMs: 0 },
];

describe('server.close', () => {
  it.each(HINTS)(
    'asks each of $sessions to come back after $retryAfterMs ms, spread over $spreadMs ms: $options',
    async ({ options, sessions, retryAfterMs, spreadMs }) => {
      const server = await startServer();
      const peers = await Promise.all(Array.from({ length: sessions }, () => RawPeer.open(server.address)));
      const closed = server.close(options);
      for (const peer of peers) {
        const goodbye = await peer.next('close');
        expect(goodbye).toEqual({
          type: 'close',
          scope: 'connection',
          code: 'going-away',
          lastAccepted: 0,
          retryAfterMs,
          spreadMs,
          reason: 'the server is closing',
        });
        peer.send({ ...goodbye, reason: '' });
      }
      await closed;
      for (const peer of peers) expect(await peer.closed()).toEqual(['end', 'close']);
    },
  );

  it.each([{ earlier: 0 }, { earlier: 1 }])(
    'sends no message behind its CLOSE, and $earlier before it: what comes later is handed back with ERR_CLOSED',
    async ({ earlier }) => {
      const server = await startServer();
      const told = server.next('session');
      const peer = await RawPeer.open(server.address);
      const session = await told;
      const early = Array.from({ length: earlier }, () => session.send('early'));
      const closed = server.close();
      const goodbye = await peer.next('close');
      const late = session.send('late');
      peer.send(ackFrame({ received: earlier, handled: earlier }), { ...goodbye, lastAccepted: earlier, reason: '' });
      await expect(late).rejects.toMatchObject({ code: 'ERR_CLOSED' });
      await Promise.all([closed, ...early]);
      expect(peer.frames.items.filter(({ type }) => type === 'data')).toHaveLength(earlier);
    },
  );

  it('sends no message behind its FIN', async () => {
    const server = await startServer();
    const told = server.next('session');
    const peer = await RawPeer.connect(server.address, true);
    peer.write(PREAMBLE, bytesOf(helloFrame()));
    const session = await told;
    const closed = server.close();
    peer.send({ ...(await peer.next('close')), reason: '' });
    await peer.ending.first((how) => how === 'end');
    const late = session.send('late');
    peer.socket.end();
    await expect(late).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await closed;
    expect(await peer.closed()).toEqual(['end', 'close']);
  });

  it('lets a session finish within drain, also when that is longer than closeTimeout', async () => {
    const { server, answer, sent, serverTape } = await startBusyPair(0);
    const closed = server.close({ drain: '1m' });
    expect(server.inspect()).toMatchObject({ state: 'closing', address: undefined, sessions: 1 });
    // An arrival comes to a closed port; whoever is here goes on.
    answer.open('finished');
    expect(await sent).toBe('finished');
    await closed;
    expect(server.inspect()).toMatchObject({ state: 'closed', sessions: 0 });
    expect(payloadOf(serverTape, 'disconnect').evidence.detail).toBeUndefined();
  });

  it('destroys what has not finished after a drain of 200 ms, also when closeTimeout is longer', async () => {
    const { server, sent, serverTape } = await startBusyPair(60_000);
    await server.close({ drain: 200 });
    await expect(sent).rejects.toMatchObject({ code: 'ERR_IN_DOUBT' });
    expect(payloadOf(serverTape, 'disconnect')).toMatchObject({
      cause: 'closed-locally',
      evidence: { detail: 'the goodbye was not finished in time' },
    });
    expect(server.inspect()).toMatchObject({ state: 'closed', sessions: 0 });
  });

  it('waits for closeTimeout unless drain says otherwise: 200 ms', async () => {
    const { server, sent } = await startBusyPair(200);
    await server.close();
    await expect(sent).rejects.toMatchObject({ code: 'ERR_IN_DOUBT' });
  });

  it('ends at once when it is called again with a drain of 0; a longer one changes nothing', async () => {
    const { server, sent } = await startBusyPair(60_000);
    const first = server.close();
    const longer = server.close({ drain: '1h' });
    const now = server.close({ drain: 0 });
    await Promise.all([first, longer, now]);
    await expect(sent).rejects.toMatchObject({ code: 'ERR_IN_DOUBT' });
  });

  it('is in time with a peer that takes nothing, so that not even CLOSE can leave', async () => {
    const server = await startServer({ keepalive: false });
    const arrival = server.next('session');
    const peer = await RawPeer.open(server.address);
    peer.socket.pause();
    const session = await arrival;
    // More than the kernels and our own queue hold; it is never answered.
    for (let count = 0; count < 15; count += 1) session.send(new Uint8Array(1_000_000)).catch(() => {});
    const end = session.next('end');
    await server.close({ drain: 200 });
    expect(await end).toMatchObject({
      cause: 'closed-locally',
      evidence: { detail: 'the goodbye was not finished in time' },
    });
  });

  it('rejects wrong options with all 4 problems, and goes on serving', async () => {
    const server = await startServer();
    const wrong = { drain: -1, retryAfter: 'soon', spread: Number.NaN, force: true } as unknown as CloseOptions;
    const error = await server.close(wrong).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_OPTIONS' });
    expect((error as { problems: { path: string }[] }).problems.map(({ path }) => path).sort()).toEqual([
      'drain',
      'force',
      'retryAfter',
      'spread',
    ]);
    await startClient(optionsFor(server.address)).ready();
    expect(server.inspect().state).toBe('listening');
  });

  it('takes a retryAfter and a spread of 1 hour, and refuses 1 ms more, which no client would heed', async () => {
    const server = await startServer();
    const long = { retryAfter: 3_600_001, spread: '61m' } as const;
    await expect(server.close(long)).rejects.toMatchObject({
      problems: [{ path: 'retryAfter' }, { path: 'spread' }],
    });
    await server.close({ retryAfter: '1h', spread: 3_600_000 });
  });

  it('takes no socket from a listener that hears of the end', async () => {
    const { server, session } = await startPair({ server: { closeTimeout: 0 } });
    const thrown: unknown[] = [];
    session.on('end', () => void server.listen(0).catch((error: unknown) => thrown.push(error)));
    await server.close();
    expect(thrown).toMatchObject([{ code: 'ERR_CLOSED' }]);
  });
});
