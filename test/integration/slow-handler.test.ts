import { describe, expect, it } from 'vitest';
import { tapeChannel } from '../support/channel-tape.ts';
import { makeGate } from '../support/gate.ts';
import { namesOf, nextSession, startPair, startServer } from '../support/pair.ts';
import { bytesOf, encode, RawPeer } from '../support/raw-peer.ts';

const MESSAGES = 300;
const BYTES = 65_000;

describe('a handler that is slow', () => {
  it('D3: pauses reading at 4 messages, without a verdict by this end, and reads on when it is done', async () => {
    const gate = makeGate();
    let handled = 0;
    const server = await startServer({
      maxUnhandledMessages: 4,
      onMessage: async () => {
        await gate.promise;
        handled += 1;
      },
    });
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    for (let number = 1; number <= MESSAGES; number += 1) {
      peer.write(bytesOf({ type: 'data', number, payload: encode(new Uint8Array(BYTES)) }));
    }

    // Another pair is the measure of time: 6 probes are more than 5 x 180 ms, and the bound is 500.
    const probes = tapeChannel<{ session: unknown }>('probe');
    const other = await startPair({ client: { keepalive: false } });
    await probes.until(() => probes.all((probe) => probe.session === other.session).length >= 6);
    expect(handled).toBe(0);
    expect(namesOf(tape)).toEqual(['connect']);
    // What was read before the pause, and what Node reads ahead.
    expect(session.inspect().bytesIn).toBeLessThan(30 * BYTES);
    expect(peer.socket.writableLength).toBeGreaterThan(0);

    gate.open();
    await peer.frames.first((frame) => frame.type === 'ack' && frame.handled === MESSAGES);
    expect(handled).toBe(MESSAGES);
    expect(session.inspect().bytesIn).toBeGreaterThan(MESSAGES * BYTES);
    expect(namesOf(tape)).toEqual(['connect']);
  });

  it('D3: pauses reading also where messages come one by one while it works on the first', async () => {
    const gate = makeGate();
    const server = await startServer({ maxUnhandledMessages: 2, keepalive: false, onMessage: () => gate.promise });
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session } = await arrival;
    for (let number = 1; number <= 3; number += 1) {
      peer.send({ type: 'data', number, payload: encode(number) }, { type: 'ping', number });
      await peer.frames.first((frame) => frame.type === 'pong' && frame.number === number);
    }
    // One with the handler and two waiting: nothing more is read.
    const { bytesIn } = session.inspect();
    for (let number = 4; number <= MESSAGES; number += 1) {
      peer.send({ type: 'data', number, payload: encode(new Uint8Array(BYTES)) });
    }
    const other = await startPair();
    await other.client.send(1).catch(() => undefined);
    expect(session.inspect().bytesIn - bytesIn).toBeLessThan(20 * BYTES);
    gate.open();
    await peer.frames.first((frame) => frame.type === 'ack' && frame.handled === MESSAGES);
  });

  it('does not keep a paused peer for ever: after pausedTimeout the verdict runs on', async () => {
    const server = await startServer({
      maxUnhandledMessages: 1,
      pausedTimeout: 300,
      onMessage: () => new Promise(() => {}),
    });
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    peer.send({ type: 'data', number: 1, payload: encode(1) }, { type: 'data', number: 2, payload: encode(2) });
    const { cause, evidence } = await session.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(300 + 3 * 100);
    expect(namesOf(tape)).toEqual(['connect', 'suspect', 'dead', 'disconnect', 'end']);
  });
});
