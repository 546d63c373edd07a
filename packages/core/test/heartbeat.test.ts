import { describe, expect, it } from 'vitest';
import type { Terms } from '../src/rules/negotiate.ts';
import { resolveSessionOptions } from '../src/rules/options.ts';
import { Heartbeat, type LivenessWish } from '../src/session/heartbeat.ts';
import { Outgoing } from '../src/session/outgoing.ts';
import type { PongFrame } from '../src/words/frame.ts';
import { FakeTransport } from './support/fake-transport.ts';

const KEEPALIVE = { idleMs: 20_000, intervalMs: 5_000, probes: 3 };
const TERMS: Terms = {
  keepalive: KEEPALIVE,
  raised: false,
  peerKeepalive: KEEPALIVE,
  pingSpacingMs: 1_000,
  maxMessageBytes: 1_048_576,
};

function createHeartbeat(changes: Partial<Terms> = {}) {
  let isExamined = true;
  const log: string[] = [];
  const transport = new FakeTransport(log);
  const outgoing = new Outgoing(transport);
  outgoing.putPreamble();
  const answer = (number: number): PongFrame | undefined => (isExamined ? { type: 'pong', number } : undefined);
  const heartbeat = new Heartbeat({ ...TERMS, ...changes }, resolveSessionOptions({}), () => 0, 0);
  return {
    heartbeat,
    transport,
    /** Whether the user's hook has been asked, if there is one. */
    examined: (is: boolean) => {
      isExamined = is;
    },
    /** What it wants, what it writes, and its next deadline. */
    beat: () => {
      const wishes: LivenessWish[] = [];
      const until = heartbeat.beat(outgoing, answer, (wish) => wishes.push(wish));
      outgoing.flush();
      return { wishes, written: log.splice(0), until };
    },
  };
}

describe('Heartbeat', () => {
  it('puts nothing into the stream before the first PING is due at 20,000 ms', () => {
    const { beat } = createHeartbeat();
    expect(beat()).toEqual({ wishes: [], written: ['write PREAMBLE'], until: 20_000 });
  });

  it('puts PING 1 into the stream, says so, and wants to be called one interval later', () => {
    const { heartbeat, beat } = createHeartbeat();
    heartbeat.liveness.handleTimeout(20_000);
    expect(beat()).toEqual({
      wishes: [{ type: 'ping', number: 1 }],
      written: ['write PREAMBLE, PING 1'],
      until: 25_000,
    });
  });

  it('L4: tells the machine where the PING ends, so that no 2nd one is put in while it waits', () => {
    const { heartbeat, beat } = createHeartbeat();
    heartbeat.liveness.handleTimeout(20_000);
    beat();
    heartbeat.liveness.handleWritten(5 + 2); // preamble, and all of PING but its last byte
    heartbeat.liveness.handleTimeout(25_000);
    expect(beat()).toEqual({ wishes: [{ type: 'confirm' }], written: [], until: Number.POSITIVE_INFINITY });
    heartbeat.liveness.handlePolled(25_000);
    expect(beat().wishes).toMatchObject([{ type: 'suspect' }]);
    heartbeat.liveness.handleWritten(5 + 3);
    heartbeat.liveness.handleTimeout(30_000);
    expect(beat().wishes).toEqual([{ type: 'ping', number: 2 }]);
  });

  it('passes on suspect and dead in the order of the machine', () => {
    const { heartbeat, beat } = createHeartbeat({ keepalive: { ...KEEPALIVE, probes: 1 } });
    heartbeat.liveness.handleTimeout(20_000);
    beat();
    heartbeat.liveness.handleWritten(8);
    heartbeat.liveness.handleTimeout(25_000);
    beat();
    heartbeat.liveness.handlePolled(25_000);
    expect(beat().wishes.map(({ type }) => type)).toEqual(['suspect', 'dead']);
  });

  it('L7: answers 3 PINGs with 1 PONG, for the newest, before a PING of its own', () => {
    const { heartbeat, beat } = createHeartbeat();
    for (const number of [4, 5, 6]) expect(heartbeat.handlePing(number, 19_000)).toBe(true);
    heartbeat.liveness.handleTimeout(20_000);
    expect(beat().written).toEqual(['write PREAMBLE, PONG 6, PING 1']);
    expect(beat().written).toEqual([]);
  });

  it('L7: keeps 1 PONG back while 262,144 bytes wait, whatever the PINGs', () => {
    const { heartbeat, beat, transport } = createHeartbeat();
    transport.unwritten = 262_144;
    for (const number of [4, 5, 6]) heartbeat.handlePing(number, 0);
    expect(beat().written).toEqual(['write PREAMBLE']);
    heartbeat.handlePing(7, 1_000);
    transport.unwritten = 0;
    expect(beat().written).toEqual(['write PONG 7']);
  });

  it('L11: wants the hook asked before a PONG, once it can leave, and puts it in when that is done', () => {
    const { heartbeat, beat, transport, examined } = createHeartbeat();
    examined(false);
    transport.unwritten = 262_144;
    heartbeat.handlePing(4, 0);
    expect(beat().wishes).toEqual([]);
    transport.unwritten = 0;
    expect(beat()).toMatchObject({ wishes: [{ type: 'examine' }], written: [] });
    examined(true);
    expect(beat()).toMatchObject({ wishes: [], written: ['write PONG 4'] });
  });

  it('L7: takes a burst of 8 PINGs from a peer with 3 probes, and 1 more a second', () => {
    const { heartbeat } = createHeartbeat();
    const taken = Array.from({ length: 9 }, (_, index) => heartbeat.handlePing(index + 1, 0));
    expect(taken).toEqual([...new Array(8).fill(true), false]);
    expect(heartbeat.handlePing(10, 900)).toBe(true);
    expect(heartbeat.handlePing(11, 1_799)).toBe(false);
  });

  it('L1: without a triple it waits for nothing, and still answers', () => {
    const { heartbeat, beat } = createHeartbeat({ keepalive: undefined });
    heartbeat.handlePing(1, 0);
    expect(beat()).toEqual({ wishes: [], written: ['write PREAMBLE, PONG 1'], until: Number.POSITIVE_INFINITY });
  });
});
