import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectSocket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Server } from '@systole/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authority } from '../support/certificates.ts';
import { namesOf, nextSession, payloadOf, startServer } from '../support/pair.ts';
import { bytesOf, dataFrame, helloFrame, PREAMBLE, RawPeer } from '../support/raw-peer.ts';
import { SERVER_TLS } from '../support/tls.ts';

/** The verdict comes within 1250 ms of the last byte. */
const KEEPALIVE = { idle: 500, interval: 250, probes: 3 } as const;

/** A TLS client whose records a test can hold back, and let go on byte by byte. */
interface SlowPeer {
  readonly peer: RawPeer;
  /** From now on what the client writes waits here. */
  hold(): void;
  /** Lets the next `bytes` of what waits go on. */
  release(bytes: number): void;
}

/** A way for bytes that is open until it is held. */
class HeldWay extends Duplex {
  readonly socket: Socket;
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('data', (chunk) => this.push(chunk));
    socket.on('close', () => this.destroy());
    socket.on('error', () => {});
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#held === undefined) this.socket.write(chunk);
    else this.#held = Buffer.concat([this.#held, chunk]);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  hold(): void {
    this.#held = Buffer.alloc(0);
  }

  release(bytes: number): void {
    const held = this.#held ?? Buffer.alloc(0);
    if (held.length < bytes) throw new Error(`only ${held.length} bytes wait`);
    this.#held = held.subarray(bytes);
    this.socket.write(held.subarray(0, bytes));
  }
}

async function connectSlowPeer(server: Server): Promise<SlowPeer> {
  const { port, host } = server.address as { readonly port: number; readonly host: string };
  const socket = connectSocket({ port, host, noDelay: true });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const way = new HeldWay(socket);
  const peer = new RawPeer(connectTls({ socket: way as unknown as Socket, servername: 'localhost', ca: authority() }));
  peer.write(PREAMBLE, bytesOf(helloFrame()));
  await peer.next('welcome');
  return { peer, hold: () => way.hold(), release: (bytes) => way.release(bytes) };
}

describe('L2 under TLS', () => {
  it('does not judge a peer dead of whose record a byte comes every 250 ms, for 2 bounds long', async () => {
    const server = await startServer({ tls: SERVER_TLS, keepalive: KEEPALIVE, onMessage: (message) => message });
    const arrival = nextSession(server);
    const { peer, hold, release } = await connectSlowPeer(server);
    const { session, tape } = await arrival;
    const { bytesIn } = session.inspect();
    hold(); // PONGs, too: not one record is whole from now on
    peer.send(dataFrame(1, 'x'.repeat(100)));
    const began = performance.now();
    const trickle = setInterval(() => release(1), 250);
    onTestFinished(() => clearInterval(trickle));
    // A PING goes out in each silence; the peer's answers wait behind the record that never gets whole.
    while (performance.now() - began < 2_500) {
      const seen = peer.frames.items.length;
      await peer.frames.count(seen + 1);
    }
    clearInterval(trickle);
    expect(session.inspect()).toMatchObject({ state: 'open', bytesIn }); // whole records would count
    expect(namesOf(tape)).not.toContain('dead');

    // Silence from here: the bound counts from the last byte of half a record.
    const { cause, evidence } = await session.next('dead');
    expect(cause).toBe('silent');
    expect(evidence.probesSent).toBe(3);
  });

  it('judges a peer dead within 1250 ms, and a little for the machine, of the last byte of half a record', async () => {
    const server = await startServer({ tls: SERVER_TLS, keepalive: KEEPALIVE });
    const arrival = nextSession(server);
    const { peer, hold, release } = await connectSlowPeer(server);
    const { session, tape } = await arrival;
    hold();
    peer.send(dataFrame(1, 'half of me'));
    release(10);
    const began = performance.now();
    await session.next('end');
    const tookMs = performance.now() - began;
    expect(payloadOf(tape, 'disconnect')).toMatchObject({ cause: 'silent', evidence: { probesSent: 3 } });
    expect(tookMs).toBeGreaterThan(700); // 3 intervals; the first idle is a random part of itself (L8)
    expect(tookMs).toBeLessThan(2_500);
    await peer.closed();
    expect(server.inspect().sessions).toBe(0);
  });
});
