import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Command } from '../../src/script/command.ts';
import { startControl } from '../../src/script/control.ts';
import { ask, post } from '../support/http.ts';
import { type Rig, startRig } from '../support/proxy-rig.ts';
import { until } from '../support/until.ts';

async function startControlled(): Promise<Rig & { readonly port: number; readonly told: Command[] }> {
  const rig = await startRig();
  const told: Command[] = [];
  const server = await startControl(rig.proxy, { host: '127.0.0.1', port: 0 }, (command) => told.push(command));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { ...rig, told, port: (server.address() as AddressInfo).port };
}

describe('control over HTTP', () => {
  it('GET gives the state', async () => {
    const { port, proxy, open } = await startControlled();
    await open();
    const { status, body, headers } = await ask({ port, path: '/' });
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(JSON.stringify(proxy.inspect())));
    expect(headers['content-type']).toBe('application/json');
  });

  it('POST sets a condition, tells of it, and answers with the new state', async () => {
    const { port, proxy, told } = await startControlled();
    const command = { do: 'set', condition: { latency: '1s' }, direction: 'toServer' } as const;
    const { status, body } = await post(port, command);
    expect(status).toBe(200);
    expect(body.conditions).toEqual({ toServer: { latency: '1s' }, toClient: 'open' });
    expect(proxy.inspect().conditions).toEqual(body.conditions);
    expect(told).toEqual([command]);
  });

  it('POST does an act, to the one connection that it names', async () => {
    const { port, open } = await startControlled();
    const [first, second] = [await open(), await open()];
    expect((await post(port, { do: 'reset', connection: 2 })).status).toBe(200);
    await second.client.ends('close');
    await post(port, { do: 'truncate', bytes: 2, direction: 'toServer' });
    first.client.write('hello');
    await first.server.ends('fin');
    expect(first.server.text).toBe('he');
    await post(port, { do: 'fin', direction: 'toClient' });
    await first.client.ends('fin');
  });

  it.each([
    ['no JSON', '{', ['body must be JSON']],
    ['null', 'null', ['options must be an object']],
    ['nothing to do', {}, ['do must be']],
    [
      'an unknown act',
      { do: 'explode', condition: 'open' },
      [`do must be 'set', 'fin', 'reset' or 'truncate', got "explode"`],
    ],
    ['no condition', { do: 'set' }, ['condition must be given, got undefined']],
    [
      'three problems',
      { do: 'truncate', bytes: -1, ending: 'bang', direction: 'up' },
      ['bytes', 'ending', 'direction'],
    ],
    ['a field of another act', { do: 'fin', bytes: 1 }, ['bytes must be left out']],
    ['a connection that is not there', { do: 'fin', connection: 7 }, ['connection must be the id of a connection']],
  ])('refuses %s with 400, and says why', async (_, command, texts) => {
    const { port, proxy, told } = await startControlled();
    const { status, body } = await post(port, command);
    expect(status).toBe(400);
    for (const text of texts) expect(body.error).toContain(text);
    expect(told).toEqual([]);
    expect(proxy.inspect().conditions).toEqual({ toServer: 'open', toClient: 'open' });
  });

  it('refuses web pages and names: 403, the wrong type: 415, path: 404, method: 405, and more than 16 KiB: 413', async () => {
    const { port, told } = await startControlled();
    const command = { do: 'set', condition: 'blackholed' };
    const statusOf = async (headers: Record<string, string>): Promise<number | undefined> =>
      (await post(port, command, headers)).status;
    expect(await statusOf({ origin: 'https://example.org' })).toBe(403);
    expect(await statusOf({ origin: 'null' })).toBe(403);
    expect(await statusOf({ host: 'rebound.example.org' })).toBe(403);
    expect(await statusOf({ 'content-type': 'text/plain' })).toBe(415);
    expect((await ask({ port, method: 'POST', path: '/' }, '{}')).status).toBe(415);
    expect((await ask({ port, path: '/state' })).status).toBe(404);
    const { status, headers } = await ask({ port, path: '/', method: 'DELETE' });
    expect([status, headers.allow]).toEqual([405, 'GET, POST']);
    expect((await post(port, ' '.repeat(16_385))).status).toBe(413);
    expect(told).toEqual([]);
    expect(await statusOf({ host: `localhost:${port}`, 'content-type': 'application/json; charset=utf-8' })).toBe(200);
    expect(await statusOf({ host: `[::1]:${port}` })).toBe(200);
  });

  it('outlives a request that breaks off', async () => {
    const { port } = await startControlled();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const head =
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"do"';
    await new Promise((resolve) => socket.write(head, resolve));
    socket.resetAndDestroy();
    await until(() => socket.closed);
    expect((await ask({ port, path: '/' })).status).toBe(200);
  });
});
