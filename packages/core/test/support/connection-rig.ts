/** One connection between a fake transport, a fake clock and a fake owner, which all write into one log. */

import type { Role } from '../../src/machines/handshake.ts';
import { encodeFrame } from '../../src/rules/frame-codec.ts';
import type { Hello, Welcome } from '../../src/rules/hello.ts';
import { encodeHello, encodeWelcome } from '../../src/rules/hello.ts';
import type { SessionConfig, SessionOptions } from '../../src/rules/options.ts';
import { resolveSessionOptions } from '../../src/rules/options.ts';
import { encodePreamble } from '../../src/rules/preamble.ts';
import { Connection } from '../../src/session/connection.ts';
import type { Introduction } from '../../src/session/connection-owner.ts';
import type { CloseFrame, Frame } from '../../src/words/frame.ts';
import { concat } from './arbitrary-frame.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeOwner } from './fake-owner.ts';
import { FakeTransport } from './fake-transport.ts';

const STANDING = { resumeMs: 120_000, received: 0, settled: 0, credit: 4_194_304 };
const IDENTITY = { token: '', boot: 'boot-1', epoch: 3, ...STANDING, metadata: {} };

/** How the two introduce themselves here. */
export const HELLO: Introduction<Hello> = { ...IDENTITY, session: '', credentials: undefined };
export const WELCOME: Introduction<Welcome> = { ...IDENTITY, session: 'session-1' };

export const PREAMBLE: Uint8Array = encodePreamble(1);

/** What the peer offers: our own defaults. */
const OFFER = {
  keepalive: { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  idleLimitsMs: [],
  minPingIntervalMs: 1_000,
  maxMessageBytes: 1_048_576,
  codec: 'msgpack',
};

/** The HELLO of a peer. */
export function helloFrame(changes: Partial<Hello> = {}): Frame {
  return { type: 'hello', body: encodeHello({ ...OFFER, ...HELLO, ...changes }) };
}

/** The WELCOME of a peer. */
export function welcomeFrame(changes: Partial<Welcome> = {}): Frame {
  return { type: 'welcome', body: encodeWelcome({ ...OFFER, ...WELCOME, ...changes }) };
}

/** A CLOSE of a peer: session, normal, unless changed. */
export function closeFrame(changes: Partial<CloseFrame> = {}): CloseFrame {
  const hint = { lastAccepted: 0, retryAfterMs: 0, spreadMs: 0, reason: '' };
  return { type: 'close', scope: 'session', code: 'normal', ...hint, ...changes };
}

/** The bytes of frames, in one chunk. */
export function bytesOf(...frames: readonly Frame[]): Uint8Array {
  return concat(frames.flatMap((frame) => encodeFrame(frame)));
}

export interface Rig {
  /** What was done, in order, since {@link take} was last called. */
  readonly log: string[];
  readonly clock: FakeClock;
  readonly transport: FakeTransport;
  readonly owner: FakeOwner;
  readonly connection: Connection;
  /** The log so far, which begins anew. */
  take(): string[];
  /** These frames come, in one chunk. */
  receive(...frames: Frame[]): void;
}

/** A connection at instant 0, nothing received yet; its handshake deadline is at 10,000. Idle is not jittered. */
export function createRig(role: Role, options: SessionOptions = {}): Rig {
  const config: SessionConfig = resolveSessionOptions(options);
  const log: string[] = [];
  const clock = new FakeClock(log);
  const transport = new FakeTransport(log);
  const owner = new FakeOwner(log);
  const init = { role, config, codecName: 'msgpack', epoch: role === 'client' ? 3 : 0, handshakeDeadline: 10_000 };
  const connection = new Connection(
    { clock, random: () => 0 },
    role === 'client' ? { ...init, hello: HELLO } : init,
    owner,
    () => transport,
  );
  return {
    log,
    clock,
    transport,
    owner,
    connection,
    take: () => log.splice(0),
    receive: (...frames) => connection.handleBytes(bytesOf(...frames)),
  };
}

/** The same with the handshake done at instant 0, and an empty log: the first PING is due at 20,000. */
export function createOpenRig(role: Role, options: SessionOptions = {}, peer: Partial<Hello & Welcome> = {}): Rig {
  const rig = createRig(role, options);
  rig.connection.handleBytes(PREAMBLE);
  if (role === 'client') {
    rig.receive(welcomeFrame(peer));
  } else {
    rig.receive(helloFrame(peer));
    rig.connection.accept(rig.owner, WELCOME);
  }
  rig.take();
  return rig;
}
