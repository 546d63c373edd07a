/** What two offers amount to (W3). Pure and symmetric: both ends compute the same numbers, and none needs to be sent. */

import type { Offer, WireOffer } from './hello.ts';
import type { Keepalive } from './keepalive.ts';

/** What holds for one end of a connection. */
export interface Terms {
  /** What I watch the peer with: my triple, raised to what the peer accepts. */
  readonly keepalive: Keepalive | undefined;
  /** Whether it had to be raised: the bound is then longer than what was asked for. */
  readonly raised: boolean;
  /** What the peer watches me with: its triple, raised to what I accept. The same numbers that the peer computes. */
  readonly peerKeepalive: Keepalive | undefined;
  /** The lowest spacing of PINGs that the peer accepts, in milliseconds. */
  readonly pingSpacingMs: number;
  /** The largest message, or value of a result, that I may send, in bytes. */
  readonly maxMessageBytes: number;
}

/** The offers contradict each other: nobody's fault, and no reconnect helps. Answered with CLOSE `incompatible`. */
export class IncompatibleError extends Error {
  override readonly name: string = 'IncompatibleError';
}

/** @throws IncompatibleError if the codecs differ, or if mine is strict and my triple would be raised. */
export function negotiate(mine: Offer, theirs: WireOffer): Terms {
  if (mine.codec !== theirs.codec) {
    throw new IncompatibleError(`codecs must be the same: ours is ${mine.codec}, the peer's is ${theirs.codec}`);
  }
  const raised = isBelow(mine.keepalive, theirs.minPingIntervalMs);
  if (raised && mine.strict) throw new IncompatibleError(describeRaise(mine.keepalive, theirs.minPingIntervalMs));
  return share({
    keepalive: raise(mine.keepalive, theirs.minPingIntervalMs),
    raised,
    peerKeepalive: raise(theirs.keepalive, mine.minPingIntervalMs),
    pingSpacingMs: theirs.minPingIntervalMs,
    maxMessageBytes: theirs.maxMessageBytes,
  });
}

let newest: Terms | undefined;

/** The peers of a server have mostly the same options: thousands of connections keep one object, and not one each. */
function share(terms: Terms): Terms {
  if (newest === undefined || !areSame(terms, newest)) newest = terms;
  return newest;
}

function areSame(one: Terms, other: Terms): boolean {
  return (
    isSame(one.keepalive, other.keepalive) &&
    one.raised === other.raised &&
    isSame(one.peerKeepalive, other.peerKeepalive) &&
    one.pingSpacingMs === other.pingSpacingMs &&
    one.maxMessageBytes === other.maxMessageBytes
  );
}

function isSame(one: Keepalive | undefined, other: Keepalive | undefined): boolean {
  return one?.idleMs === other?.idleMs && one?.intervalMs === other?.intervalMs && one?.probes === other?.probes;
}

function isBelow(keepalive: Keepalive | undefined, minPingIntervalMs: number): keepalive is Keepalive {
  return keepalive !== undefined && Math.min(keepalive.idleMs, keepalive.intervalMs) < minPingIntervalMs;
}

function raise(keepalive: Keepalive | undefined, minPingIntervalMs: number): Keepalive | undefined {
  if (!isBelow(keepalive, minPingIntervalMs)) return keepalive;
  return {
    idleMs: Math.max(keepalive.idleMs, minPingIntervalMs),
    intervalMs: Math.max(keepalive.intervalMs, minPingIntervalMs),
    probes: keepalive.probes,
  };
}

function describeRaise({ idleMs, intervalMs }: Keepalive, minPingIntervalMs: number): string {
  return `keepalive is strict with idle ${idleMs} ms and interval ${intervalMs} ms, but the peer accepts a PING each ${minPingIntervalMs} ms at most`;
}
