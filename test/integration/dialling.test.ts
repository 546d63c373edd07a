import { connect as connectSocket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FromChildListener } from '../support/child-listener.ts';
import { freshPath, record, startClient } from '../support/pair.ts';
import { Program } from '../support/program.ts';
import { listenRaw } from '../support/raw-peer.ts';

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const { net, address } = await listenRaw();
  net.close();
  return address.port;
}

describe('a client that cannot connect', () => {
  it('is refused where nobody listens at the port', async () => {
    const port = await freePort();
    const client = startClient({ host: '127.0.0.1', port });
    const end = client.next('end');
    await expect(client.ready()).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      fault: 'nobody',
      message: expect.stringContaining(`127.0.0.1:${port}`),
      cause: { code: 'ECONNREFUSED' },
    });
    expect(await end).toEqual({
      cause: 'refused',
      evidence: {
        epoch: 0,
        phase: 'connecting',
        silenceMs: undefined,
        probesSent: 0,
        rttMs: undefined,
        stallMs: undefined,
        code: 'ECONNREFUSED',
        syscall: 'connect',
        detail: expect.stringContaining('ECONNREFUSED'),
        hint: undefined,
      },
    });
    expect(client.inspect()).toMatchObject({ state: 'ended', epoch: 0, lastCause: 'refused' });
    await expect(client.ready()).rejects.toMatchObject({ code: 'ERR_CONNECT' }); // also afterwards
  });

  it('is refused by both addresses of localhost: the AggregateError of dual-stack dialling is unwrapped', async () => {
    const client = startClient({ host: 'localhost', port: await freePort() });
    expect(await client.next('end')).toMatchObject({ cause: 'refused', evidence: { code: 'ECONNREFUSED' } });
  });

  it('is refused where there is no such Unix socket', async () => {
    const client = startClient({ path: await freshPath() });
    expect(await client.next('end')).toMatchObject({
      cause: 'refused',
      evidence: { code: 'ENOENT', syscall: 'connect', phase: 'connecting' },
    });
  });

  it('has the cause dns where the name does not resolve', async () => {
    const client = startClient({ host: 'systole.invalid', port: 1, dnsTimeout: '2s' });
    const end = client.next('end');
    await expect(client.ready()).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringContaining('systole.invalid:1'),
    });
    expect(await end).toMatchObject({ cause: 'dns', evidence: { phase: 'connecting', epoch: 0 } });
  });

  it('L10: has the cause connect-timeout after 300 ms where the backlog of the listener is full', async () => {
    await using listener = new Program<FromChildListener>('child-listener');
    const { port } = await listener.next('listening');
    listener.freeze();
    // A frozen process accepts nothing: its kernel takes a few for it, and then ignores whoever comes.
    for (let n = 0; n < 8; n += 1) {
      const socket = connectSocket({ host: '127.0.0.1', port });
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
    }
    const client = startClient({ host: '127.0.0.1', port, handshakeTimeout: 300 });
    const end = client.next('end');
    await expect(client.ready()).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringContaining('300 ms'),
    });
    expect(await end).toMatchObject({
      cause: 'connect-timeout',
      evidence: { phase: 'connecting', epoch: 0, detail: 'not within 300 ms' },
    });
  });

  it('tells only end, whatever went wrong', async () => {
    const client = startClient({ host: '127.0.0.1', port: await freePort() });
    const tape = record(client);
    await client.next('end');
    expect(tape.items.map(({ type }) => type)).toEqual(['end']);
  });
});
