import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { makeGate } from '../support/gate.ts';
import { namesOf, startClient, startPair } from '../support/pair.ts';
import { ackFrame, bytesOf, listenRaw, PREAMBLE, welcomeFrame } from '../support/raw-peer.ts';

describe('a message that cannot be sent', () => {
  it.each([
    { what: 'a function', message: () => {} },
    { what: 'a Date', message: { when: new Date(0) } },
    { what: 'a Map', message: new Map() },
    { what: 'a cycle', message: cycle() },
    { what: 'a bigint of 65 bits', message: 2n ** 64n },
  ])('is ERR_ENCODE with the reason of the codec: $what', async ({ message }) => {
    const { client } = await startPair({ server: { onMessage: () => 'handled' } });
    await expect(client.send(message)).rejects.toMatchObject({
      code: 'ERR_ENCODE',
      fault: 'caller',
      cause: expect.any(Error),
    });
    expect(await client.send('next')).toBe('handled');
  });

  it('is ERR_TOO_LARGE above what the peer has said that it takes: 4096 bytes go, 4097 do not', async () => {
    const { client } = await startPair({
      server: { maxMessageBytes: 4_096, onMessage: (message) => (message as Uint8Array).length },
    });
    const head = 3; // of MessagePack
    expect(await client.send(new Uint8Array(4_096 - head))).toBe(4_096 - head);
    await expect(client.send(new Uint8Array(4_097 - head))).rejects.toMatchObject({
      code: 'ERR_TOO_LARGE',
      fault: 'caller',
      message: 'a message must be at most 4096 bytes, which is maxMessageBytes of the peer, got 4097',
    });
    expect(await client.send(new Uint8Array(1))).toBe(1);
  });

  it('is ERR_TOO_LARGE when it was queued before the peer could say so', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient(address);
    const tooLarge = client.send(new Uint8Array(5_000));
    const small = client.send('small');
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame({ maxMessage: 4_096 })));
    await expect(tooLarge).rejects.toMatchObject({ code: 'ERR_TOO_LARGE' });
    expect(await peer.next('data')).toMatchObject({ number: 1 });
    peer.send(ackFrame({ received: 1, handled: 1 }));
    expect(await small).toBeUndefined();
  });
});

describe('a queue that is full', () => {
  it('is ERR_QUEUE_FULL for the 4th message of 3, and drain is told once when the 3 are settled', async () => {
    const gate = makeGate();
    const { client, clientTape } = await startPair({
      client: { maxQueuedMessages: 3 },
      server: { onMessage: () => gate.promise },
    });
    const sent = [1, 2, 3].map((n) => client.send(n));
    await expect(client.send(4)).rejects.toMatchObject({
      code: 'ERR_QUEUE_FULL',
      fault: 'caller',
      message: '3 messages of 3 bytes wait for their results; at most 3 of 16777216 may, and 0 more for room',
    });
    await expect(client.send(5)).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    expect(client.inspect()).toMatchObject({ queuedMessages: 3, queuedBytes: 3 });
    const drain = client.next('drain');
    gate.open();
    await Promise.all(sent);
    expect(await drain).toEqual({});
    await client.send(6);
    expect(namesOf(clientTape)).toEqual(['connect', 'drain']);
    expect(client.inspect()).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
  });

  it('is ERR_QUEUE_FULL by bytes too: 2 of 3 messages of 400 bytes find room in 1000', async () => {
    const gate = makeGate();
    const { client } = await startPair({
      client: { maxQueuedBytes: 1_000 },
      server: { onMessage: () => gate.promise },
    });
    const sent = [client.send(new Uint8Array(400)), client.send(new Uint8Array(400))];
    await expect(client.send(new Uint8Array(400))).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    gate.open();
    await Promise.all(sent);
    await client.send(new Uint8Array(400));
  });

  it('counts while there is no connection, and fills no memory then', async () => {
    const { net, address } = await listenRaw();
    net.close();
    const client = startClient({ ...address, maxQueuedMessages: 2, reconnect: { base: '1m' } });
    await client.next('reconnecting');
    const sent = [client.send(1), client.send(2)].map((promise) =>
      expect(promise).rejects.toMatchObject({ code: 'ERR_CLOSED' }),
    );
    await expect(client.send(3)).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    client.destroy();
    await Promise.all(sent);
  });
});

describe('a message that is given up', () => {
  it('is ERR_TIMEOUT after 100 ms without a result, and the connection goes on', async () => {
    const gate = makeGate();
    const { client, clientTape } = await startPair({
      server: { onMessage: (message) => (message === 'slow' ? gate.promise : message) },
    });
    await expect(client.send('slow', { timeout: 100 })).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      fault: 'nobody',
      message: 'no result within 100 ms',
    });
    gate.open();
    expect(await client.send('fast', { timeout: '4s' })).toBe('fast');
    expect(namesOf(clientTape)).toEqual(['connect']);
  });

  it('is ERR_TIMEOUT also while there is no connection, and never sent', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient(address);
    const peer = await peers.first(); // which has not said WELCOME yet
    await expect(client.send('early', { timeout: 50 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    const sent = client.send('late');
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await peer.next('data');
    peer.send(ackFrame({ received: 1, handled: 1 })); // number 1 is 'late'
    expect(await sent).toBeUndefined();
    expect(peer.frames.all(({ type }) => type === 'data').length).toBe(1);
  });

  it('is ERR_ABORTED with the reason of its signal, at once, and leaves no listener on it', async () => {
    const gate = makeGate();
    const { client } = await startPair({ server: { onMessage: () => gate.promise } });
    const controller = new AbortController();
    const reason = new Error('the user has left');
    const sent = client.send('slow', { signal: controller.signal });
    const done = client.send('slow too', { signal: controller.signal });
    controller.abort(reason);
    await expect(sent).rejects.toMatchObject({ code: 'ERR_ABORTED', fault: 'caller', cause: reason });
    await expect(done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect(client.send('never', { signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    gate.open();
  });

  it('leaves no listener on a signal that never aborts', async () => {
    const { client } = await startPair({ server: { onMessage: (message) => message } });
    const controller = new AbortController();
    expect(await client.send(1, { signal: controller.signal, timeout: '1h' })).toBe(1);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

function cycle(): unknown {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  return loop;
}
