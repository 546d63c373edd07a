import { describe, expect, it } from 'vitest';
import { LogTape } from '../support/log-tape.ts';
import { namesOf, record, startClient, startServer } from '../support/pair.ts';
import { bytesOf, helloFrame, listenRaw, PREAMBLE, RawPeer } from '../support/raw-peer.ts';

describe('a handshake that takes too long', () => {
  it('L10: is handshake-timeout for a client whose server accepts and never speaks', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, handshakeTimeout: 200 });
    const tape = record(client);
    await expect(client.ready()).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringContaining('handshake-timeout'),
    });
    expect(tape.items).toMatchObject([
      { type: 'end', payload: { cause: 'handshake-timeout', evidence: { phase: 'handshake', epoch: 1 } } },
    ]);
    const peer = await peers.first();
    await peer.closed();
    expect(peer.frames.items.map(({ type }) => type)).toEqual(['hello', 'close']);
    expect(await peer.next('close')).toMatchObject({ code: 'handshake-timeout', scope: 'connection' });
  });

  it('L10: is handshake-timeout for a client whose server stops in the middle of its preamble', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient({ ...address, handshakeTimeout: 200 });
    const end = client.next('end');
    (await peers.first()).write(PREAMBLE.subarray(0, 4));
    expect(await end).toMatchObject({ cause: 'handshake-timeout', evidence: { silenceMs: expect.any(Number) } });
  });

  it('L10, W1: is handshake-timeout for a server whose client says nothing, and gets no byte of answer', async () => {
    const logger = new LogTape();
    const server = await startServer({ handshakeTimeout: 200, logger });
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    expect(await rejected).toMatchObject({
      address: `127.0.0.1:${peer.socket.localPort}`,
      cause: 'handshake-timeout',
      evidence: { phase: 'handshake', silenceMs: undefined },
    });
    expect(await peer.closed()).toEqual(['end', 'close']);
    expect(peer.received.length).toBe(0);
    expect(server.inspect().arrivals).toBe(0);
    expect(logger.tape.all(({ level }) => level === 'warn')).toMatchObject([
      { message: 'connection rejected', fields: { cause: 'handshake-timeout' } },
    ]);
  });

  it('L10: is handshake-timeout for a server whose client stops in the middle of HELLO, and tells it so', async () => {
    const server = await startServer({ handshakeTimeout: 200 });
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    peer.write(PREAMBLE, bytesOf(helloFrame()).subarray(0, 20));
    expect(await rejected).toMatchObject({ cause: 'handshake-timeout' });
    await peer.closed();
    expect(peer.frames.items).toMatchObject([{ type: 'close', code: 'handshake-timeout' }]);
  });

  it('L10: does not concern those who have introduced themselves in time', async () => {
    const server = await startServer({ handshakeTimeout: 200 });
    const early = startClient({ ...(server.address as { port: number; host: string }), handshakeTimeout: 200 });
    const tape = record(early);
    await early.ready();
    const rejected = server.next('rejected');
    await RawPeer.connect(server.address);
    await rejected; // 200 ms later
    expect(namesOf(tape)).toEqual(['connect']);
    expect(server.sessions.size).toBe(1);
  });
});
