import { describe, expect, it } from 'vitest';
import { BALANCER, relay, startBehind } from '../support/balancer.ts';
import { LogTape } from '../support/log-tape.ts';
import { connectFrom, HELLO } from '../support/per-address.ts';
import { line } from '../support/proxy-headers.ts';

const NOTHING = new Uint8Array(0);

describe('W6: limits behind a balancer', () => {
  it('count each client for itself: 2 of one address, and the third is told, while others come in', async () => {
    const server = await startBehind({ maxConnectionsPerAddress: 2 });
    await (await relay(server, '192.0.2.7')).next('welcome');
    await (await relay(server, '::ffff:192.0.2.7')).next('welcome');
    const rejected = server.next('rejected');
    expect(await (await relay(server, '192.0.2.7')).next('close')).toMatchObject({ code: 'going-away' });
    expect(await rejected).toMatchObject({
      address: '192.0.2.7:51234',
      evidence: { code: 'maxConnectionsPerAddress' },
    });
    for (const last of [1, 2, 3, 4]) await (await relay(server, `198.51.100.${last}`)).next('welcome');
    expect(server.inspect()).toMatchObject({ sessions: 6, rejected: 1 });
  });

  it('count the /64 of IPv6: 2001:db8::1 and 2001:db8::2 are one client, 2001:db8:0:1::1 is another', async () => {
    const server = await startBehind({ maxConnectionsPerAddress: 1 });
    await (await relay(server, '2001:db8::1')).next('welcome');
    expect(await (await relay(server, '2001:db8::2')).next('close')).toMatchObject({ code: 'going-away' });
    await (await relay(server, '2001:db8:0:1::1')).next('welcome');
  });

  it('do not count the balancer before its header has come: 3 of maxHandshakes 3 wait, where an address may have 1', async () => {
    const server = await startBehind({ maxHandshakes: 3, maxHandshakesPerAddress: 1, maxConnectionsPerAddress: 1 });
    const silent = await Promise.all([1, 2, 3].map(() => connectFrom(BALANCER, server)));
    const rejected = server.next('rejected');
    const fourth = await connectFrom(BALANCER, server);
    expect(await rejected).toMatchObject({ evidence: { code: 'maxHandshakes' } });
    await fourth.closed();
    for (const [index, peer] of silent.entries()) {
      peer.write(line(`PROXY TCP4 192.0.2.${index} 192.0.2.1 51234 443`), HELLO);
      await peer.next('welcome');
    }
    const unheard = await connectFrom(BALANCER, server);
    const own = await connectFrom(BALANCER, server);
    own.write(line('PROXY UNKNOWN'), HELLO);
    await own.next('welcome');
    unheard.write(line('PROXY UNKNOWN'), HELLO);
    expect(await unheard.next('close')).toMatchObject({ code: 'going-away' });
    expect(server.inspect()).toMatchObject({ sessions: 4, arrivals: 0, rejected: 2 });
  });

  it('destroy the third arrival that the header tells of one address without a word, where it may have 2', async () => {
    const logger = new LogTape();
    const server = await startBehind({ maxHandshakesPerAddress: 2, logger });
    const silent = [await relay(server, '192.0.2.7', NOTHING), await relay(server, '192.0.2.7', NOTHING)];
    const rejected = server.next('rejected');
    const third = await relay(server, '192.0.2.7');
    expect(await rejected).toMatchObject({
      address: '192.0.2.7:51234',
      cause: 'rejected',
      evidence: {
        code: 'maxHandshakesPerAddress',
        detail: '2 connections of 192.0.2.7 are in the handshake already',
      },
    });
    await third.closed();
    expect(third.received.length).toBe(0);
    await (await relay(server, '192.0.2.8')).next('welcome');
    for (const peer of silent) peer.write(HELLO);
    await Promise.all(silent.map((peer) => peer.next('welcome')));
    await (await relay(server, '192.0.2.7')).next('welcome');
    expect(server.inspect()).toMatchObject({ arrivals: 0, sessions: 4, rejected: 1 });
    expect(logger.tape.all(({ level }) => level === 'warn')).toMatchObject([{ message: 'connection rejected' }]);
  });
});
