// Redis through node-redis, whose sockets are hidden, watched by the client's own PING. The server is Debian's.

import type { Socket } from 'node:net';
import { connect } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { WATCH_CHANNELS } from '@systole/watch';
import { connectRedis } from '@systole/watch/redis';
import { describe, expect, it } from 'vitest';
import { tapeDialled, tapeNamed } from '../support/channel-tape.ts';
import { open, watched } from '../support/node-redis.ts';
import { freePort } from '../support/real-server.ts';
import { BLOCK_SCRIPT, countIn, HAS_REDIS, PATIENT, startRedis, UNPROBED, WHY_SKIPPED } from '../support/redis.ts';
import { Tape } from '../support/tape.ts';
import { attachedTo, LATEST_MS, probesOf, recordWatch } from '../support/watch-tape.ts';

describe.skipIf(!HAS_REDIS)(`a watched client of node-redis${WHY_SKIPPED}`, () => {
  it('finds a server that is frozen silent within its bound of 500 ms, and comes back when it thaws', async () => {
    const server = await startRedis();
    const dialled = tapeDialled();
    const client = open(server);
    const watch = await watched(client);
    const tape = recordWatch(watch);
    await probesOf(watch, 2);
    server.freeze();
    const { cause, evidence } = await watch.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.probesSent).toBeGreaterThanOrEqual(1); // 3, if we have never stalled ourselves (L5)
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(400);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(dialled.items[0]?.socket.destroyed).toBe(true);
    expect(tape.items.slice(0, 3)).toEqual(['suspect', 'dead', 'disconnect']);
    for (const epoch of [2, 3]) expect(await watch.next('dead')).toMatchObject({ cause: 'silent', epoch });
    const answered = client.echo('hello');
    server.thaw();
    expect(await answered).toBe('hello');
    await probesOf(watch, 2);
    const { epoch, state, rtt } = watch.inspect();
    expect([epoch >= 4, state]).toEqual([true, 'watching']);
    expect(rtt?.smoothedMs).toBeGreaterThan(0);
  });

  it('finds a server silent that accepts and never says a word, and connects when it does', async () => {
    const server = await startRedis();
    const deaths = tapeNamed<{ readonly cause: string }>(WATCH_CHANNELS.dead);
    server.freeze();
    const client = open(server);
    const connected = watched(client);
    for (const { cause } of await deaths.count(2)) expect(cause).toBe('silent');
    expect(client.isReady).toBe(false);
    server.thaw();
    expect((await connected).inspect().state).toBe('watching');
    expect(await client.echo('hello')).toBe('hello');
  });

  it('is told eof of a server that is killed, and no verdict', async () => {
    const server = await startRedis();
    const client = open(server);
    const watch = await watched(client, UNPROBED);
    const tape = recordWatch(watch);
    await client.ping();
    const ended = watch.next('disconnect');
    await server.kill();
    const { cause, evidence } = await ended;
    expect(cause).toBe('eof');
    expect(evidence.silenceMs).toBeLessThan(500);
    expect(tape.items).not.toContain('dead');
  });

  it('is told reset of a server that is killed with commands unread', async () => {
    const server = await startRedis();
    const client = open(server);
    const watch = await watched(client, PATIENT);
    const tape = recordWatch(watch);
    await client.ping();
    const ended = watch.next('disconnect');
    server.freeze();
    client.set('unread', 'by the server').catch(() => {});
    await new Promise(setImmediate); // it writes a little later
    await server.kill();
    expect((await ended).cause).toBe('reset');
    expect(tape.items).not.toContain('dead');
  });

  it('bears a script that blocks the server for 700 ms with a bound of 1,400 ms', async () => {
    const server = await startRedis();
    const client = open(server);
    const watch = await watched(client, PATIENT);
    const tape = recordWatch(watch);
    await client.ping();
    expect(await client.eval(BLOCK_SCRIPT, { arguments: ['700'] })).toBe('done');
    await probesOf(watch, 1);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect().epoch).toBe(1);
  });

  it('finds a server silent that a script blocks for longer than the bound', async () => {
    const server = await startRedis();
    const client = open(server);
    const watch = await watched(client);
    const tape = recordWatch(watch);
    const script = client.eval(BLOCK_SCRIPT, { arguments: ['2000'] }).catch((error: Error) => error.message);
    expect((await watch.next('dead')).cause).toBe('silent');
    expect(tape.items.slice(0, 2)).toEqual(['suspect', 'dead']);
    expect(await script).toBe('Socket closed unexpectedly');
  });

  it('keeps an idle server alive by lawful PINGs, and measures each round trip', async () => {
    const server = await startRedis();
    const client = open(server);
    const watch = await watched(client, PATIENT);
    const tape = recordWatch(watch);
    const before = await client.info('all');
    await probesOf(watch, 6);
    const after = await client.info('all');
    expect(countIn(after, 'total_error_replies')).toBe(countIn(before, 'total_error_replies'));
    expect(countIn(after, 'cmdstat_ping')).toBeGreaterThanOrEqual(6);
    expect(tape.items).not.toContain('dead');
    const { rtt, probeFailures } = watch.inspect();
    expect(rtt?.smoothedMs).toBeGreaterThan(0);
    expect(probeFailures).toBe(0);
  });

  it('keeps an idle subscriber alive, and is not led astray by what its listener dials', async () => {
    const server = await startRedis();
    const client = open(server);
    const dialledByListeners: Socket[] = [];
    const dial = (): void => void dialledByListeners.push(connect(server).on('error', () => {}));
    for (const event of ['connect', 'ready', 'error', 'reconnecting'] as const) client.on(event, dial);
    const watch = await watched(client, PATIENT);
    const heard = new Tape<string>();
    await client.subscribe('channel', (message) => {
      dial();
      heard.push(message);
    });
    const other = await open(server).connect();
    await other.publish('channel', 'hello');
    await heard.first();
    await probesOf(watch, 4);
    expect(watch.inspect()).toMatchObject({ epoch: 1, state: 'watching', probeFailures: 0 });

    server.freeze();
    expect((await watch.next('dead')).epoch).toBe(1);
    const again = watch.next('connect');
    server.thaw();
    await again;
    await probesOf(watch, 4);
    expect(watch.inspect()).toMatchObject({ state: 'watching', probeFailures: 0 });
    expect(dialledByListeners.length).toBeGreaterThanOrEqual(5);
    for (const socket of dialledByListeners) {
      expect(socket.destroyed).toBe(false);
      socket.destroy();
    }
  });

  it('takes only answers for evidence where strict is set, an error of the server included', async () => {
    const server = await startRedis();
    const client = open(server);
    const watch = await watched(client, { ...PATIENT, strict: true });
    const tape = recordWatch(watch);
    await client.aclSetUser('default', '-ping');
    await expect(client.ping()).rejects.toThrow('NOPERM');
    await probesOf(watch, 6);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect()).toMatchObject({ epoch: 1, probeFailures: 0 });
    server.freeze();
    expect((await watch.next('dead')).cause).toBe('silent');
  });

  it('is left as it was by stop(), also when it has come back meanwhile, and works on', async () => {
    const server = await startRedis();
    const dialled = tapeDialled();
    const client = open(server);
    const [before, watch] = [attachedTo(client), await watched(client, UNPROBED)];
    expect(attachedTo(client)).not.toEqual(before);
    const again = watch.next('disconnect').then(() => watch.next('connect'));
    await server.restart();
    await again;
    await client.ping();
    watch.stop();
    expect(attachedTo(client)).toEqual(before);
    const { socket } = dialled.items.at(-1) as { readonly socket: Socket };
    await open(server).connect();
    const { socket: neverWatched } = dialled.items.at(-1) as { readonly socket: Socket };
    expect(attachedTo(socket)).toEqual(attachedTo(neverWatched));
    expect([socket.readyState, neverWatched.readyState]).toEqual(['open', 'open']);
    expect(await client.echo('hello')).toBe('hello');
  });

  it('rejects as connect() does, of wrong options before it connects, and leaves nothing behind', async () => {
    const server = await startRedis();
    const client = open(server);
    const before = attachedTo(client);
    await expect(connectRedis(client, { keepalive: { idle: -1 } as never })).rejects.toThrow(/idle/);
    expect(client.isOpen).toBe(false);
    await watched(client);
    const during = attachedTo(client);
    await expect(connectRedis(client)).rejects.toThrow('Socket already opened');
    expect(attachedTo(client)).toEqual(during);
    expect(during).not.toEqual(before);
  });

  it('is watched under TLS since Node 22, and refused with ERR_SOCKET before', async () => {
    const certificates = fileURLToPath(new URL('../support/certificates', import.meta.url));
    const port = await freePort();
    const server = await startRedis(
      ...['--tls-port', `${port}`, '--tls-auth-clients', 'no', '--tls-ca-cert-file', `${certificates}/ca.crt`],
      ...['--tls-cert-file', `${certificates}/server.crt`, '--tls-key-file', `${certificates}/server.key`],
    );
    const client = open({ host: server.host, port }, true);
    if (Number.parseInt(process.versions.node, 10) < 22) {
      await expect(watched(client)).rejects.toMatchObject({ code: 'ERR_SOCKET' });
      expect(await client.echo('hello')).toBe('hello');
      return;
    }
    const watch = await watched(client);
    await probesOf(watch, 2);
    server.freeze();
    expect((await watch.next('dead')).cause).toBe('silent');
    const again = watch.next('connect');
    server.thaw();
    expect((await again).epoch).toBe(2);
    expect(await client.echo('hello')).toBe('hello');
  });
});
