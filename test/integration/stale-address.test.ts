import { once } from 'node:events';
import { lstat, writeFile } from 'node:fs/promises';
import { createServer as createNetServer } from 'node:net';
import type { Server } from '@systole/server';
import { createServer } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FromChildServer } from '../support/child-server.ts';
import { freshPath, optionsFor, startClient } from '../support/pair.ts';
import { Program } from '../support/program.ts';

function makeServer(): Server {
  const server = createServer({ onMessage: (message) => message });
  onTestFinished(async () => {
    for (const session of server.sessions) session.destroy();
    await server.close();
  });
  return server;
}

describe('an address whose process was killed', () => {
  it('is free at once on TCP, although a connection to it was open', async () => {
    const child = new Program<FromChildServer>('child-server');
    const { port, host } = await child.next('listening');
    const client = startClient({ port, host, reconnect: { base: 10, cap: 10 } });
    await client.ready();
    const gone = client.next('disconnect');
    await child[Symbol.asyncDispose]();
    await gone;
    const server = makeServer();
    const again = client.next('connect');
    expect(await server.listen({ port, host })).toEqual({ port, host });
    await again;
    expect(await client.send('here again')).toBe('here again');
  });

  it('is free at once on a Unix socket, although its file is still there', async () => {
    const path = await freshPath();
    const child = new Program<FromChildServer>('child-server', { path });
    await child.next('listening-at-path');
    await child[Symbol.asyncDispose]();
    expect((await lstat(path)).isSocket()).toBe(true);
    const server = makeServer();
    expect(await server.listen({ path })).toEqual({ path });
    const client = startClient(optionsFor(server.address));
    expect(await client.send('here again')).toBe('here again');
  });
});

describe('an address in use stays so: EADDRINUSE', () => {
  const inUse = { code: 'ERR_LISTEN', cause: { code: 'EADDRINUSE' } };

  it('while another process listens at the Unix socket, which goes on', async () => {
    const path = await freshPath();
    await using child = new Program<FromChildServer>('child-server', { path });
    await child.next('listening-at-path');
    await expect(makeServer().listen({ path })).rejects.toMatchObject(inUse);
    const client = startClient({ path });
    expect(await client.send('undisturbed')).toBe('undisturbed');
  });

  it('while a frozen process has the Unix socket: it may thaw', async () => {
    const path = await freshPath();
    await using child = new Program<FromChildServer>('child-server', { path });
    await child.next('listening-at-path');
    child.freeze();
    await expect(makeServer().listen({ path })).rejects.toMatchObject(inUse);
    expect((await lstat(path)).isSocket()).toBe(true);
  });

  it('where a regular file is in the way, which is not ours to remove', async () => {
    const path = await freshPath();
    await writeFile(path, 'precious');
    await expect(makeServer().listen({ path })).rejects.toMatchObject(inUse);
    expect((await lstat(path)).size).toBe(8);
  });

  it.runIf(process.platform === 'linux')('for an abstract name at which somebody listens', async () => {
    const path = `\0${await freshPath()}`;
    const other = createNetServer().listen({ path });
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    await expect(makeServer().listen({ path })).rejects.toMatchObject(inUse);
  });
});
