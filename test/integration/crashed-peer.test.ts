import { describe, expect, it } from 'vitest';
import type { FromChildServer } from '../support/child-server.ts';
import { namesOf, nextSession, optionsFor, payloadOf, record, startClient, startServer } from '../support/pair.ts';
import { Program } from '../support/program.ts';
import { bytesOf, listenRaw, PREAMBLE, RawPeer, welcomeFrame } from '../support/raw-peer.ts';

describe('a server that is killed', () => {
  it('is eof for its client, which comes back to the next process at the same port', async () => {
    const options = { keepalive: false, minPingInterval: 100 };
    const first = new Program<FromChildServer>('child-server', options);
    const { port } = await first.next('listening');
    // No probe soon: one that the dead process had not read would make its kernel send RST.
    const patient = { keepalive: 'default', reconnect: { base: 50, cap: 50 } } as const;
    const client = startClient({ host: '127.0.0.1', port, ...patient });
    const tape = record(client);
    await client.ready();
    const boot = client.peer?.boot;
    await first[Symbol.asyncDispose](); // SIGKILL
    await using second = new Program<FromChildServer>('child-server', { ...options, port });
    await second.next('listening');
    await tape.until(() => client.epoch > 1 && client.inspect().state === 'open');
    expect(client.peer?.boot).not.toBe(boot);
    expect(payloadOf(tape, 'disconnect')).toMatchObject({ cause: 'eof', evidence: { hint: 'crash' } });
    const { type, payload } = (await tape.count(3))[2] ?? {};
    expect({ type, payload }).toMatchObject({ type: 'reconnecting', payload: { attempt: 1, cause: 'eof' } });
    expect(await client.send(1)).toBe(1);
  });
});

describe('a socket that is reset', () => {
  it('is reset with ECONNRESET for a server', async () => {
    const server = await startServer();
    const arrival = nextSession(server);
    const peer = await RawPeer.open(server.address);
    const { session, tape } = await arrival;
    peer.socket.resetAndDestroy();
    await session.next('end');
    expect(namesOf(tape)).toEqual(['connect', 'disconnect', 'end']);
    expect(payloadOf(tape, 'disconnect')).toMatchObject({
      cause: 'reset',
      evidence: { code: 'ECONNRESET', syscall: 'read', phase: 'open' },
    });
  });

  it('is reset with ECONNRESET for a client', async () => {
    const { peers, address } = await listenRaw();
    const client = startClient(address);
    const peer = await peers.first();
    peer.write(PREAMBLE, bytesOf(welcomeFrame()));
    await client.ready();
    peer.socket.resetAndDestroy();
    expect(await client.next('end')).toMatchObject({ cause: 'reset', evidence: { code: 'ECONNRESET' } });
  });

  it('is rejected with the cause reset if it had not introduced itself', async () => {
    const server = await startServer();
    const rejected = server.next('rejected');
    const peer = await RawPeer.connect(server.address);
    await startClient(optionsFor(server.address)).ready(); // so the peer before it has been accepted
    peer.socket.resetAndDestroy();
    expect(await rejected).toMatchObject({ cause: 'reset', evidence: { code: 'ECONNRESET', phase: 'handshake' } });
    expect(server.inspect().arrivals).toBe(0);
  });
});
