import { describe, expect, it } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import { makeGate } from '../support/gate.ts';
import { namesOf, nextSession, startPair, startServer } from '../support/pair.ts';
import { ackFrame, bytesOf, dataFrame, RawPeer } from '../support/raw-peer.ts';

const MESSAGES = 300;
const BYTES = 65_000;
const CREDIT = 262_144;

describe('a handler that is slow', () => {
  it('D5: holds its peer at 256 KiB by credit, while PING and PONG go on at both ends', async () => {
    const gate = makeGate();
    let handled = 0;
    const pair = await startPair({
      server: {
        maxMessageBytes: 65_536,
        maxUnhandledBytes: CREDIT,
        onMessage: async () => {
          await gate.promise;
          handled += 1;
        },
      },
      client: { maxQueuedBytes: 2 ** 25 },
    });
    const { client, session, clientTape, serverTape } = pair;
    const sent = Array.from({ length: MESSAGES }, () => client.send(new Uint8Array(BYTES)));

    // 6 probes of the client are more than 5 x 180 ms, and the bound is 500.
    const probes = tapeChannel<{ session: unknown }>('probe');
    await probes.until(() => probes.all((probe) => probe.session === client).length >= 6);
    expect(handled).toBe(0);
    expect(session.inspect().bytesIn).toBeLessThan(CREDIT + 10_000);
    expect(client.inspect()).toMatchObject({ queuedMessages: MESSAGES, belief: 'alive' });
    expect(client.inspect().credit).toBeLessThan(BYTES);
    expect(await client.verify()).toBeLessThan(500);
    expect(await session.verify()).toBeLessThan(500);

    gate.open();
    await Promise.all(sent);
    expect(handled).toBe(MESSAGES);
    expect([namesOf(clientTape), namesOf(serverTape)]).toEqual([['connect'], ['connect']]);
  });

  it('W5: gives credit back for what it has handled: 128 and the bytes of each message', async () => {
    const server = await startServer({ maxMessageBytes: 65_536, maxUnhandledBytes: CREDIT, onMessage: () => 1 });
    const peer = await RawPeer.open(server.address);
    peer.send(dataFrame(1, 7), { type: 'ping', number: 1 });
    await peer.next('result');
    peer.send(ackFrame({ settled: 1 }), dataFrame(2, 7), { type: 'ping', number: 2 });
    const ack = await peer.frames.first((frame) => frame.type === 'ack' && frame.limit > CREDIT);
    expect(ack).toMatchObject({ limit: CREDIT + 129 * (ack.type === 'ack' ? ack.handled : 0) });
  });

  it('W5: is protected from a peer that sends more than its credit: protocol-error', async () => {
    const server = await startServer({
      maxMessageBytes: 65_536,
      maxUnhandledBytes: CREDIT,
      onMessage: () => new Promise(() => {}),
    });
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { tape } = await arrival;
    const frames = [1, 2, 3, 4, 5].map((number) => dataFrame(number, new Uint8Array(BYTES)));
    peer.write(bytesOf(...frames));
    expect(await peer.next('close')).toMatchObject({ code: 'protocol-error' });
    await peer.closed();
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
  });
});
