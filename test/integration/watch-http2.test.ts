// HTTP/2 sessions, watched by PING frames; the server is a process of its own, or the same one where both ends are looked at.

import { once } from 'node:events';
import type { ClientHttp2Session, ClientHttp2Stream, ServerHttp2Session } from 'node:http2';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextCheck } from 'node:timers/promises';
import { startFaultProxy } from '@systole/testing/proxy';
import type { ReadyOptions, Watch } from '@systole/watch';
import { watch as watchStream } from '@systole/watch';
import { watchHttp2 } from '@systole/watch/http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority } from '../support/certificates.ts';
import type { ChildHttp2Config, FromChildHttp2, Path } from '../support/child-http2.ts';
import { LARGE_BYTES, LARGE_MS } from '../support/child-http2.ts';
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
  readonly program: Program<FromChildHttp2>;
  readonly port: number;
  readonly tls: boolean;
}

/** A session that is connected, and its watch. */
interface Watched {
  readonly session: ClientHttp2Session;
  readonly watch: Watch;
}

type Place = Pick<Server, 'port' | 'tls'>;

async function startServer(config: ChildHttp2Config = { tls: false }): Promise<Server> {
  const program = new Program<FromChildHttp2>('child-http2', config);
  onTestFinished(() => program.kill());
  return { program, port: (await program.next('listening')).port, tls: config.tls };
}

async function open({ port, tls }: Place): Promise<ClientHttp2Session> {
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const session = connect(url, { ca: authority(), servername: 'localhost' });
  onTestFinished(() => session.destroy());
  session.on('error', () => {});
  await once(session, 'connect');
  return session;
}

async function openWatched(place: Place, options: ReadyOptions = {}): Promise<Watched> {
  const session = await open(place);
  return { session, watch: watchHttp2(session, { keepalive: QUICK, ...options }) };
}

/** The socket below, past the stand-in that `session.socket` is. */
function socketBelow(session: ClientHttp2Session | ServerHttp2Session) {
  return session.socket.off('close', () => {});
}

/** Asks for something, and waits until the answer begins. */
async function ask(session: ClientHttp2Session, path: Path): Promise<ClientHttp2Stream> {
  const request = session.request({ ':path': path }, { endStream: path !== '/take' });
  request.on('error', () => {});
  await once(request, 'response');
  return request;
}

async function lengthOf(answer: ClientHttp2Stream): Promise<number> {
  let length = 0;
  for await (const chunk of answer) length += (chunk as Buffer).length;
  return length;
}

describe.for([
  ['in plain text', { tls: false }],
  ['over TLS', { tls: true }],
] as const)('a watched session of HTTP/2 %s', ([, config]) => {
  it('finds a server that is frozen silent within its bound of 500 ms: its streams fail, session and socket are gone', async () => {
    const server = await startServer(config);
    const { session, watch } = await openWatched(server);
    const tape = recordWatch(watch);
    const socket = socketBelow(session);
    const answer = await ask(session, '/begun');
    await probesOf(watch, 1);
    const [failed, closed] = [once(answer, 'error'), once(session, 'close')];
    server.program.freeze();
    const { cause, evidence } = await watch.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.probesSent).toBeGreaterThanOrEqual(1); // 3, if we have never stalled ourselves (L5)
    expect(evidence.silenceMs).toBeGreaterThanOrEqual(WINDOW_MS);
    expect(evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect([session.destroyed, socket.destroyed]).toEqual([true, true]);
    expect((await failed)[0]).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    await closed;
    expect(tape.items.slice(-3)).toEqual(['suspect', 'dead', 'disconnect']);

    server.program.thaw();
    const again = await openWatched(server);
    await probesOf(again.watch, 1);
    expect(await lengthOf(await ask(again.session, '/small'))).toBe(5);
    expect(again.watch.inspect()).toMatchObject({ epoch: 1, belief: 'alive' });
  });
});

describe('a watched session of HTTP/2', () => {
  it('measures the round trip of an idle session over 10 probes, and the session works on', async () => {
    const { session, watch } = await openWatched(await startServer({ tls: true }), {
      keepalive: { ...QUICK, idle: 100 },
    });
    const tape = recordWatch(watch);
    await probesOf(watch, 10);
    expect(tape.items).not.toContain('dead');
    expect(watch.inspect().rtt?.smoothedMs).toBeLessThan(BOUND_MS);
    expect(watch.inspect().probeFailures).toBe(0);
    expect(await lengthOf(await ask(session, '/small'))).toBe(5);
  });

  it('judges nobody while an answer of 100 MB takes twice the window', async () => {
    const { session, watch } = await openWatched(await startServer());
    const tape = recordWatch(watch);
    const askedAt = performance.now();
    expect(await lengthOf(await ask(session, '/large'))).toBe(LARGE_BYTES);
    expect(performance.now() - askedAt).toBeGreaterThan(LARGE_MS);
    expect(tape.items).not.toContain('dead');
  });

  it('judges nobody while an answer crawls over a link of 100 kB a second, or is not read at all', async () => {
    const { port } = await startServer();
    await using proxy = await startFaultProxy({ target: port });
    const { session, watch } = await openWatched({ port: (proxy.address as { port: number }).port, tls: false });
    const tape = recordWatch(watch);
    proxy.set({ bytesPerSecond: 100_000 }, 'toClient');
    const answer = await ask(session, '/large');
    await heldFor(2 * BOUND_MS);
    expect(answer.readableFlowing).toBe(null); // the window of its stream is full, and that of the session is not its business
    answer.resume();
    await heldFor(BOUND_MS);
    expect(tape.items).not.toContain('dead');
  });

  it('tells of a server that is killed by its FIN: eof, at once, and no verdict', async () => {
    const { program, ...place } = await startServer();
    const { session, watch } = await openWatched(place, { keepalive: { idle: '10s' } });
    const tape = recordWatch(watch);
    // The server has read all that we have sent, which includes what we say to its settings, behind the first answer at the latest.
    for (let count = 0; count < 2; count += 1) await new Promise((resolve) => session.ping(resolve));
    const ended = watch.next('disconnect');
    await ask(session, '/small');
    await new Promise((resolve) => session.ping(resolve)); // so nothing of ours lies unread, which would make it a reset
    await program.kill();
    expect((await ended).cause).toBe('eof');
    expect(tape.items).toEqual(['disconnect']);
    expect(watch.inspect()).toMatchObject({ state: 'stopped', lastCause: 'eof' });
  });

  it('tells of a server that is killed with bytes unread: reset', async () => {
    const { program, ...place } = await startServer();
    const { session, watch } = await openWatched(place, { keepalive: { idle: '10s' } });
    await ask(session, '/small');
    const ended = watch.next('disconnect');
    program.freeze();
    await heldFor(STOPPING_MS);
    session.ping(() => {});
    await nextCheck();
    await program.kill();
    expect(await ended).toMatchObject({ cause: 'reset', evidence: { code: 'ECONNRESET' } });
  });

  it('destroys the socket also while more waits to be written than the kernel takes', async () => {
    const server = await startServer();
    const { session, watch } = await openWatched(server);
    const request = await ask(session, '/take');
    const socket = socketBelow(session);
    server.program.freeze();
    request.write(Buffer.alloc(20_000_000));
    expect((await watch.next('dead')).evidence.silenceMs).toBeLessThanOrEqual(LATEST_MS);
    expect(socket.destroyed).toBe(true);
  });

  it('destroys the socket also of a session that was closing, and waited for its streams', async () => {
    const server = await startServer();
    const { session, watch } = await openWatched(server);
    const answer = await ask(session, '/begun');
    const failed = once(answer, 'error');
    const socket = socketBelow(session);
    server.program.freeze();
    session.close();
    expect((await watch.next('dead')).cause).toBe('silent');
    expect(socket.destroyed).toBe(true);
    await failed;
  });

  it('takes only answered PINGs for evidence where strict is set: alive as long as they come, silent when they stop', async () => {
    const server = await startServer();
    const { watch } = await openWatched(server, { strict: true });
    const tape = recordWatch(watch);
    await probesOf(watch, 3);
    expect(tape.items).not.toContain('dead');
    server.program.freeze();
    expect((await watch.next('dead')).cause).toBe('silent');
  });

  it('says that a server pings too often for gRPC by too-many-pings', async () => {
    const { session, watch } = await openWatched(await startServer());
    const ended = watch.next('disconnect');
    await ask(session, '/calm');
    expect(await ended).toMatchObject({
      cause: 'too-many-pings',
      evidence: { code: 'ENHANCE_YOUR_CALM', detail: 'too_many_pings' },
    });
  });

  it('is left by stop() as it was: no listener, no method of its own, and it works on', async () => {
    const session = await open(await startServer());
    const socket = socketBelow(session);
    const before = [attachedTo(session), attachedTo(socket)];
    const watch = watchHttp2(session, { keepalive: QUICK });
    await probesOf(watch, 1);
    expect([attachedTo(session), attachedTo(socket)]).not.toEqual(before);
    watch.stop();
    expect([attachedTo(session), attachedTo(socket)]).toEqual(before);
    expect(await lengthOf(await ask(session, '/small'))).toBe(5);
  });

  it('is refused with ERR_SOCKET before it is connected, a second time, and once it has ended', async () => {
    const refusal = expect.objectContaining({ code: 'ERR_SOCKET' });
    const server = await startServer();
    const early = connect(`http://127.0.0.1:${server.port}`);
    expect(() => watchHttp2(early)).toThrow(refusal);
    await once(early, 'connect');
    const first = watchHttp2(early);
    expect(() => watchHttp2(early)).toThrow(refusal);
    expect(() => watchStream(socketBelow(early))).toThrow(refusal);
    first.stop();
    watchHttp2(early).stop();
    early.destroy();
    expect(() => watchHttp2(early)).toThrow(refusal);
  });
});

describe('an HTTP/2 session that is watched at both ends', () => {
  /** Both ends of one, in this process. */
  async function openPair() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'session') as Promise<[ServerHttp2Session]>;
    const client = await openWatched({ port: (server.address() as AddressInfo).port, tls: false });
    const [session] = await accepted;
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    return { client, server: { session, watch: watchHttp2(session, { keepalive: QUICK }) } };
  }

  it('measures the round trip at each end', async () => {
    const { client, server } = await openPair();
    await Promise.all([probesOf(client.watch, 2), probesOf(server.watch, 2)]);
    await Promise.all([client.watch, server.watch].map((watch) => probesOf(watch, 1)));
    for (const { watch } of [client, server]) expect(watch.inspect().rtt?.minMs).toBeLessThan(BOUND_MS);
  });

  it.for(['client', 'server'] as const)(
    "tells the %s's goodbye by going-away, and its own end by closed-locally",
    async (who) => {
      const { client, server } = await openPair();
      const [mine, theirs] = who === 'client' ? [client, server] : [server, client];
      const ends = Promise.all([mine.watch.next('disconnect'), theirs.watch.next('disconnect')]);
      mine.session.close();
      const [near, far] = await ends;
      expect(near.cause).toBe('closed-locally');
      expect(far).toMatchObject({ cause: 'going-away', evidence: { code: 'NO_ERROR' } });
    },
  );

  it('is closed-locally where it is destroyed, with what it was destroyed with', async () => {
    const { client } = await openPair();
    const ended = client.watch.next('disconnect');
    client.session.destroy(new Error('enough'));
    expect(await ended).toMatchObject({ cause: 'closed-locally', evidence: { detail: 'enough' } });
  });
});
