/** A peer made by hand on a plain socket: says whatever a test wants said, and keeps all that it hears. */

import { once } from 'node:events';
import type { NetConnectOpts, Server as NetServer, Socket } from 'node:net';
import { connect as connectSocket, createServer } from 'node:net';
import type { Frame } from '@systole/core';
import { encodeFrame, FrameDecoder, msgpackCodec } from '@systole/core';
import type { TcpAddress } from '@systole/server';
import { onTestFinished } from 'vitest';
import type { Address } from './ends.ts';
import { Tape } from './tape.ts';

/** Magic and wire version 1, written out as docs/PROTOCOL.md has them. */
export const PREAMBLE: Uint8Array = Uint8Array.of(0xe5, 0x53, 0x59, 0x53, 1);

/** What a raw peer grants: more than any test sends. */
const CREDIT = 2 ** 40;

/** A HELLO or WELCOME map that our servers and clients accept; it watches nobody, and its session ends with its connection. */
const MAP: Readonly<Record<string, unknown>> = {
  session: '',
  token: '',
  boot: 'raw',
  epoch: 1,
  resume: 0,
  received: 0,
  settled: 0,
  credit: CREDIT,
  codec: 'msgpack',
  keepalive: null,
  minPing: 10,
  maxMessage: 1_048_576,
  metadata: {},
};

const codec = msgpackCodec();

/** A message as it travels in DATA. */
export function encode(message: unknown): Uint8Array {
  return codec.encode(message);
}

/** The bytes of frames. */
export function bytesOf(...frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(frames.flatMap((frame) => encodeFrame(frame)));
}

/** The bytes of a frame that our own encoder would refuse to make. */
export function rawFrame(type: number, ...body: readonly number[]): Uint8Array {
  return Uint8Array.of(body.length + 1, type, ...body);
}

/** A message in one frame. */
export function dataFrame(number: number, message: unknown): Frame {
  return { type: 'data', number, part: 'whole', payload: encode(message) };
}

/** What a handler has returned, in one frame. */
export function resultFrame(number: number, value: unknown): Frame {
  return { type: 'result', ok: true, number, part: 'whole', value: encode(value) };
}

/** Counters that are all 0, but for those given; the credit is that of {@link MAP}. */
export function ackFrame(counters: Partial<Omit<Extract<Frame, { readonly type: 'ack' }>, 'type'>>): Frame {
  return { type: 'ack', received: 0, handled: 0, settled: 0, read: 0, limit: CREDIT, ...counters };
}

/** The map in HELLO or WELCOME. */
export function mapOf({ body }: { readonly body: Uint8Array }): Readonly<Record<string, unknown>> {
  return codec.decode(body) as Readonly<Record<string, unknown>>;
}

export function helloFrame(fields: Readonly<Record<string, unknown>> = {}): Frame {
  return { type: 'hello', body: encode({ ...MAP, ...fields }) };
}

export function welcomeFrame(fields: Readonly<Record<string, unknown>> = {}): Frame {
  return { type: 'welcome', body: encode({ ...MAP, session: 's-1', ...fields }) };
}

/** See the head of the file. It answers a FIN with its own, unless its socket may be half open. The socket is destroyed when the test is over. */
export class RawPeer {
  readonly socket: Socket;
  /** The frames that came, behind the preamble. */
  readonly frames: Tape<Frame> = new Tape();
  /** `end` for FIN, `close` at last, and the code of an error between the two if there was one. */
  readonly ending: Tape<string> = new Tape();
  readonly #decoder = new FrameDecoder(2 ** 30);
  #received = Buffer.alloc(0);
  #decoded = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('end', () => this.ending.push('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.ending.push(error.code ?? error.message));
    socket.on('close', () => this.ending.push('close'));
    onTestFinished(() => void socket.destroy());
  }

  /** Connects; nothing is said yet. */
  static async connect(address: Address | undefined, allowHalfOpen = false): Promise<RawPeer> {
    const peer = new RawPeer(connectSocket({ ...(address as NetConnectOpts), allowHalfOpen }));
    await once(peer.socket, 'connect');
    return peer;
  }

  /** Connects and introduces itself; resolves when the server has accepted. */
  static async open(address: Address | undefined, fields?: Readonly<Record<string, unknown>>): Promise<RawPeer> {
    const peer = await RawPeer.connect(address);
    peer.write(PREAMBLE, bytesOf(helloFrame(fields)));
    await peer.next('welcome');
    return peer;
  }

  /** Every byte that came. */
  get received(): Buffer {
    return this.#received;
  }

  write(...chunks: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(chunks));
  }

  send(...frames: readonly Frame[]): void {
    this.write(bytesOf(...frames));
  }

  /** The first frame of this type, come or to come. */
  next<Type extends Frame['type']>(type: Type): Promise<Extract<Frame, { readonly type: Type }>> {
    return this.frames.first((frame): frame is Extract<Frame, { readonly type: Type }> => frame.type === type);
  }

  /** Waits until the socket is gone, and tells how it went: see {@link ending}. */
  async closed(): Promise<readonly string[]> {
    await this.ending.first((how) => how === 'close');
    return this.ending.items;
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    const from = Math.max(this.#decoded, PREAMBLE.length);
    if (this.#received.length <= from) return;
    this.#decoder.push(this.#received.subarray(from));
    this.#decoded = this.#received.length;
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) this.frames.push(frame);
  }
}

/** A server made by hand: each socket that comes is a raw peer. */
export async function listenRaw(
  target: { readonly port: number; readonly host: string } = { port: 0, host: '127.0.0.1' },
): Promise<{ readonly peers: Tape<RawPeer>; readonly address: TcpAddress; readonly net: NetServer }> {
  const peers = new Tape<RawPeer>();
  const net = createServer((socket) => peers.push(new RawPeer(socket)));
  onTestFinished(() => void net.close());
  net.listen(target);
  await once(net, 'listening');
  const { port, address: host } = net.address() as { port: number; address: string };
  return { peers, address: { port, host }, net };
}
