import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer as createNetServer } from 'node:net';
import process from 'node:process';
import type { TcpAddress } from '@systole/server';
import { createServer } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countHandles } from '../support/handles.ts';
import { LogTape } from '../support/log-tape.ts';
import { freshPath, optionsFor, startClient, startServer } from '../support/pair.ts';
import { listenRaw } from '../support/raw-peer.ts';

/** Whether this Node heeds `reusePort`: two listen at one port. */
async function sharesPorts(): Promise<boolean> {
  const first = createNetServer();
  const second = createNetServer();
  const options = { host: '127.0.0.1', reusePort: true };
  try {
    await once(first.listen({ ...options, port: 0 }), 'listening');
    await once(second.listen({ ...options, port: (first.address() as AddressInfo).port }), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    first.close();
    second.close();
  }
}

const SHARES_PORTS = await sharesPorts();

describe('listen', () => {
  it('resolves with the port that the system has chosen for 0', async () => {
    const server = createServer();
    onTestFinished(() => server.close());
    const address = await server.listen(0);
    expect(address.port).toBeGreaterThan(0);
    expect(server.address).toEqual(address);
    expect(server.inspect()).toEqual({
      address,
      state: 'listening',
      sessions: 0,
      parked: 0,
      arrivals: 0,
      accepted: 0,
      rejected: 0,
      limits: {
        maxConnections: 65_536,
        maxConnectionsPerAddress: 32_768,
        maxHandshakes: 1_024,
        maxHandshakesPerAddress: 512,
      },
    });
  });

  it('resolves with the path of a Unix socket, and is found at it', async () => {
    const path = await freshPath();
    const server = await startServer({}, { path });
    expect(server.address).toEqual({ path });
    const client = startClient({ path });
    await client.ready();
    expect(client.address).toBe(path);
  });

  it('rejects with ERR_LISTEN and the cause EADDRINUSE where the port is in use, and may be tried again', async () => {
    const { address } = await listenRaw();
    const logger = new LogTape();
    const server = createServer({ logger });
    onTestFinished(() => server.close());
    await expect(server.listen(address)).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      fault: 'caller',
      message: expect.stringContaining(`127.0.0.1:${address.port}`),
      cause: { code: 'EADDRINUSE', syscall: 'listen' },
    });
    expect(server.address).toBeUndefined();
    expect(logger.tape.items).toEqual([]); // the caller has the error, and nobody else needs it
    await server.listen({ port: 0, host: '127.0.0.1' });
    expect(server.address).toBeDefined();
  });

  it('rejects with ERR_LISTEN where the path is in use, or its directory is missing', async () => {
    const path = await freshPath();
    await startServer({}, { path });
    const server = createServer();
    onTestFinished(() => server.close());
    await expect(server.listen({ path })).rejects.toMatchObject({ code: 'ERR_LISTEN', cause: { code: 'EADDRINUSE' } });
    const missing = `${path}/missing.sock`;
    await expect(server.listen({ path: missing })).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: expect.stringContaining(missing),
    });
  });

  it('rejects with ERR_LISTEN when it listens already', async () => {
    const server = await startServer();
    const { address } = server;
    await expect(server.listen({ port: 0 })).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      cause: { code: 'ERR_SERVER_ALREADY_LISTEN' },
    });
    expect(server.address).toEqual(address);
  });

  it.each([
    { target: { port: 0, host: '127.0.0.1' } },
    { target: { port: 0, host: 'localhost' } }, // looked up first
  ])(
    'rejects with ERR_CLOSED, and does not listen, when the server is closed meanwhile: $target.host',
    async ({ target }) => {
      const listeners = await countHandles('TCPServerWrap');
      const logger = new LogTape();
      const server = createServer({ logger });
      const listening = server.listen(target);
      await Promise.all([expect(listening).rejects.toMatchObject({ code: 'ERR_CLOSED' }), server.close()]);
      expect(server.address).toBeUndefined();
      expect(await countHandles('TCPServerWrap')).toBe(listeners);
      expect(logger.tape.items.map(({ message }) => message)).not.toContain('listening');
    },
  );

  it('leaves the port free at once: it is in use again before the next turn of the loop', async () => {
    const server = await startServer();
    const client = startClient(optionsFor(server.address));
    await client.ready();
    const address = server.address as { port: number; host: string };
    await server.close();
    const next = createNetServer().listen(address);
    onTestFinished(() => void next.close());
    await once(next, 'listening');
  });
});

describe('listen with reusePort', () => {
  it(
    SHARES_PORTS
      ? 'shares a port among 2 servers, and each of 40 clients is connected to one of them'
      : `rejects with ERR_LISTEN and the cause ENOTSUP on Node ${process.versions.node}, and may be tried again without`,
    async () => {
      const servers = [createServer(), createServer()] as const;
      onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))));
      const [first, second] = servers;
      const target = { port: 0, host: '127.0.0.1' };
      const listening = first.listen({ ...target, reusePort: true });
      if (!SHARES_PORTS) {
        await expect(listening).rejects.toMatchObject({
          code: 'ERR_LISTEN',
          message: expect.stringContaining(`Node ${process.versions.node} ignores reusePort`),
          cause: { code: 'ENOTSUP' },
        });
        await first.listen(target);
        return;
      }
      const address = await listening;
      expect(await second.listen({ ...address, reusePort: true })).toEqual(address);
      const clients = Array.from({ length: 40 }, () => startClient(address));
      await Promise.all(clients.map((client) => client.ready()));
      const counts = servers.map(({ sessions }) => sessions.size);
      expect(counts[0] ?? 0).toBeGreaterThan(0); // by a hash of the addresses: once in 10^12 runs all are with one
      expect(counts[1] ?? 0).toBeGreaterThan(0);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    },
  );

  it('rejects with ERR_LISTEN and the cause EADDRINUSE beside a server that has not said so', async () => {
    const server = await startServer();
    const other = createServer();
    onTestFinished(() => other.close());
    const target = { ...(server.address as TcpAddress), reusePort: SHARES_PORTS };
    await expect(other.listen(target)).rejects.toMatchObject({ code: 'ERR_LISTEN', cause: { code: 'EADDRINUSE' } });
  });
});
