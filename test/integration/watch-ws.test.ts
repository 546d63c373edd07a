// WebSockets of `ws`, watched by ping frames at their client end; the server is a process of its own. See also watch-ws-recipe.test.ts.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { startFaultProxy } from '@systole/testing/proxy';
import type { ReadyOptions, Watch } from '@systole/watch';
import { watchWebSocket } from '@systole/watch/ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClientOptions } from 'ws';
import { WebSocket } from 'ws';
import { authority } from '../support/certificates.ts';
import type { ChildWsConfig, FromChildWs } from '../support/child-ws.ts';
import { LARGE, LARGE_BYTES, LARGE_MS } from '../support/child-ws.ts';
import { Program } from '../support/program.ts';
import { heldFor } from '../support/time.ts';
import {
  attachedTo,
  BOUND_MS,
  LATEST_MS,
  probesOf,
  QUICK,
  recordWatch,
  STOPPING_MS,
  WINDOW_MS,
} from '../support/watch-tape.ts';

/** A server process, and how it is reached. */
interface Server {
  readonly program: Program<FromChildWs>;
  readonly port: number;
  readonly tls: boolean;
}

/** A WebSocket that is open, and the response that made it. */
interface Open {
  readonly ws: WebSocket;
  readonly response: IncomingMessage;
}

/** Watched from the response on. */
interface Watched extends Open {
  readonly watch: Watch;
}

type Place = Pick<Server, 'port' | 'tls'>;

async function startServer(config: ChildWsConfig = { tls: false }): Promise<Server> {
  const program = new Program<FromChildWs>('child-ws', config);
  onTestFinished(() => program.kill());
  return { program, port: (await program.next('listening')).port, tls: config.tls };
}

function dial({ port, tls }: Place): WebSocket {
  const options: ClientOptions & ConnectionOptions = { ca: authority(), servername: 'localhost' };
  const ws = new WebSocket(`${tls ? 'wss' : 'ws'}://127.0.0.1:${port}`, options);
  onTestFinished(() => ws.terminate());
  return ws;
}

async function open(place: Place): Promise<Open> {
  const ws = dial(place);
  const upgrade = once(ws, 'upgrade') as Promise<[IncomingMessage]>;
  await once(ws, 'open');
  const [response] = await upgrade;
  return { ws, response };
}

async function openWatched(place: Place, options: ReadyOptions = {}): Promise<Watched> {
  const ws = dial(place);
  const watched = new Promise<Watched>((resolve) => {
    ws.on('upgrade', (response) => {
      const watch = watchWebSocket(ws, response, { keepalive: QUICK, ...options });
      resolve({ ws, response, watch });
    });
  });
  await once(ws, 'open');
  return watched;
}

async function echo(ws: WebSocket, text: string): Promise<string> {
  ws.send(text);
  const [message] = (await once(ws, 'message')) as [Buffer];
  return message.toString();
}

describe.for([
  ['ws', { tls: false }],
  ['wss with permessage-deflate', { tls: true }],
] as const)('a watched WebSocket, %s', ([, config]) => {
  it('finds a server that is frozen silent within its bound of 500 ms, and destroys the socket: close 1006', async () => {
    const server = await startServer(config);
    const { ws, response, watch } = await openWatched(server);
    const tape = recordWatch(watch);
    await probesOf(watch, 1);
    const closed = once(ws, 'close');
    server.program.freeze();
    const { cause, evidence } = await watch.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.probesSent).toBeGreaterThanOrEqual(1); // 3, if we have never stalled ourselves (L5)
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(WINDOW_MS);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(response.socket.destroyed).toBe(true);
    expect((await closed)[0]).toBe(1006);
    expect(tape.items.slice(-3)).toEqual(['suspect', 'dead', 'disconnect']);

    server.program.thaw();
    const again = await openWatched(server);
    await probesOf(again.watch, 1);
    expect(await echo(again.ws, 'hello')).toBe('hello');
    expect(again.watch.inspect()).toMatchObject({ epoch: 1, belief: 'alive' });
  });
});

describe('a watched WebSocket', () => {
  it('measures the round trip of an idle connection over 10 probes, and the connection works on', async () => {
    const { ws, watch } = await openWatched(await startServer({ tls: true }), { keepalive: { ...QUICK, idle: 100 } });
    const tape = recordWatch(watch);
    await probesOf(watch, 10);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect().rtt?.smoothedMs).toBeLessThan(BOUND_MS);
    expect(watch.inspect().probeFailures).toBe(0);
    expect(await echo(ws, 'still here')).toBe('still here');
  });

  it('judges nobody while an answer of 100 MB takes twice the window', async () => {
    const { ws, watch } = await openWatched(await startServer());
    const tape = recordWatch(watch);
    const askedAt = performance.now();
    ws.send(LARGE);
    const [answer] = (await once(ws, 'message')) as [Buffer];
    expect(answer.length).toBe(LARGE_BYTES);
    expect(performance.now() - askedAt).toBeGreaterThan(LARGE_MS);
    expect(tape.items).not.toContain('dead');
  });

  it('judges nobody while 700 kB crawl over a link of as much a second, behind which every pong has to wait', async () => {
    const { port } = await startServer();
    await using proxy = await startFaultProxy({ target: port });
    const { ws, watch } = await openWatched({ port: (proxy.address as { port: number }).port, tls: false });
    const tape = recordWatch(watch);
    proxy.set({ bytesPerSecond: 700_000 }, 'toClient');
    const text = 'x'.repeat(700_000);
    expect(await echo(ws, text)).toBe(text);
    expect(tape.items).not.toContain('dead');
  });

  it('tells of a server that is killed by its FIN: eof, at once, and no verdict', async () => {
    const { program, ...server } = await startServer();
    const { watch } = await openWatched({ ...server }, { keepalive: { idle: '10s' } });
    const tape = recordWatch(watch);
    const ended = watch.next('disconnect');
    await program.kill();
    expect((await ended).cause).toBe('eof');
    expect(tape.items).toEqual(['disconnect']);
    expect(watch.inspect()).toMatchObject({ state: 'stopped', lastCause: 'eof' });
  });

  it('tells of a server that is killed with bytes unread: reset', async () => {
    const { program, ...server } = await startServer();
    const { ws, watch } = await openWatched({ ...server }, { keepalive: { idle: '10s' } });
    const ended = watch.next('disconnect');
    ws.on('error', () => {});
    program.freeze();
    await heldFor(STOPPING_MS);
    ws.send('unread');
    await program.kill();
    expect(await ended).toMatchObject({ cause: 'reset', evidence: { code: 'ECONNRESET' } });
  });

  it('freezes the verdict while ws is paused for twice the window, reads on when it is resumed, and judges again', async () => {
    const server = await startServer();
    const { ws, watch } = await openWatched(server);
    const tape = recordWatch(watch);
    ws.pause();
    ws.send('early');
    await heldFor(2 * BOUND_MS);
    expect(watch.inspect().isPaused).toBe(true);
    expect(tape.items).not.toContain('dead');
    const message = once(ws, 'message') as Promise<[Buffer]>;
    ws.resume();
    expect((await message)[0].toString()).toBe('early');
    await probesOf(watch, 1);
    expect(watch.inspect()).toMatchObject({ isPaused: false, belief: 'alive' });
    server.program.freeze();
    expect((await watch.next('dead')).cause).toBe('silent');
  });

  it('finds a frozen server while it waits for its goodbye, within the bound instead of the 30 s of ws', async () => {
    const server = await startServer();
    const { ws, watch } = await openWatched(server);
    server.program.freeze();
    ws.close();
    const closed = once(ws, 'close');
    expect((await watch.next('dead')).evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect((await closed)[0]).toBe(1006);
    expect(watch.inspect().probeFailures).toBeGreaterThanOrEqual(1); // a WebSocket that is closing sends no ping
  });

  it('takes only pongs for evidence where strict is set: alive as long as they come, silent when they stop', async () => {
    const server = await startServer();
    const { watch } = await openWatched(server, { strict: true });
    const tape = recordWatch(watch);
    await probesOf(watch, 3);
    expect(tape.items).not.toContain('dead');
    server.program.freeze();
    expect((await watch.next('dead')).cause).toBe('silent');
  });

  it('is left by stop() as it was: no listener, no method of its own, and it works on', async () => {
    const { ws, response } = await open(await startServer());
    const before = [attachedTo(ws), attachedTo(response.socket)];
    const watch = watchWebSocket(ws, response, { keepalive: QUICK });
    await probesOf(watch, 1);
    expect([attachedTo(ws), attachedTo(response.socket)]).not.toEqual(before);
    watch.stop();
    expect([attachedTo(ws), attachedTo(response.socket)]).toEqual(before);
    expect(await echo(ws, 'free')).toBe('free');
  });

  it('is refused with ERR_SOCKET a second time, and once it has ended; after stop() it can be watched again', async () => {
    const { ws, response } = await open(await startServer());
    const listeners = ws.listenerCount('pong');
    const refusal = expect.objectContaining({ code: 'ERR_SOCKET' });
    const first = watchWebSocket(ws, response);
    expect(() => watchWebSocket(ws, response)).toThrow(refusal);
    first.stop();
    watchWebSocket(ws, response).stop();
    const closed = once(ws, 'close');
    ws.terminate();
    await closed;
    expect(() => watchWebSocket(ws, response)).toThrow(refusal);
    expect(ws.listenerCount('pong')).toBe(listeners);
  });
});
