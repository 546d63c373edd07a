import { type Clock, type Instant, type Keepalive, describe as promiseOf } from '@systole/core';
import { randomChunks, type SimulatedClock, seededRandom } from '@systole/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  connectPair,
  createPair,
  type EndOptions,
  eventOf,
  namesOf,
  type PairEnd,
  type SessionPair,
  type Writing,
} from '../support/session-pair.ts';

type Side = 'client' | 'server';

/** Something that goes wrong, or is done. */
type Fault =
  | { readonly kind: 'cut' | 'heal'; readonly direction: 'a-to-b' | 'b-to-a' | 'both' }
  | { readonly kind: 'stall' | 'sleep'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'pause' | 'resume' | 'destroy' | 'close' | 'crash'; readonly side: Side }
  | { readonly kind: 'send'; readonly side: Side; readonly bytes: number }
  | { readonly kind: 'reset' };

interface Plan {
  readonly keepalive: Keepalive;
  readonly latencyMs: number;
  readonly bufferBytes: number;
  readonly seed: number;
  readonly faults: readonly { readonly at: Instant; readonly fault: Fault }[];
}

const TRIPLES: readonly Keepalive[] = [
  { idleMs: 20_000, intervalMs: 5_000, probes: 3 },
  { idleMs: 2_000, intervalMs: 1_250, probes: 4 },
  { idleMs: 1_000, intervalMs: 400, probes: 1 },
];

const side = fc.constantFrom<Side>('client', 'server');
const direction = fc.constantFrom('a-to-b' as const, 'b-to-a' as const, 'both' as const);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'heal' as const), direction }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('stall' as const), side, ms: fc.integer({ min: 1, max: 90_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('sleep' as const), side, ms: fc.integer({ min: 1, max: 900_000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const), side }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('send' as const), side, bytes: fc.integer({ min: 0, max: 400_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('destroy' as const, 'close' as const, 'crash' as const), side }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
);

const plan: fc.Arbitrary<Plan> = fc.record({
  keepalive: fc.constantFrom(...TRIPLES),
  latencyMs: fc.constantFrom(0, 1, 30, 150),
  bufferBytes: fc.constantFrom(20_000, 4_194_304),
  seed: fc.nat(),
  faults: fc.array(fc.record({ at: fc.integer({ min: 0, max: 150_000 }), fault }), { maxLength: 10 }),
});

/** A span of time on the clock of an end. */
interface Span {
  readonly from: Instant;
  to: Instant;
}

/** Looks at one end from outside, and complains about whatever breaks a rule. */
class Auditor {
  readonly complaints: string[] = [];
  readonly pauses: Span[] = [];
  readonly stalls: Span[] = [];
  slept = false;
  #isPolled = false;
  #end: PairEnd | undefined;
  /** Where the PINGs end that were written. */
  #pingEnds: number[] = [];
  #pongsSent = 0;

  options(): EndOptions {
    return { watchClock: (clock) => this.#watchClock(clock), onWrite: this.#handleWrite };
  }

  attach(end: PairEnd): void {
    this.#end = end;
    for (const name of ['suspect', 'dead'] as const) {
      end.session.on(name, () => this.#expect(this.#isPolled, `${name} without a poll phase before it`));
    }
  }

  #expect(isTrue: boolean, complaint: string): void {
    if (!isTrue) this.complaints.push(complaint);
  }

  /** The same clock, but we know whether an afterPoll callback is running. */
  #watchClock(clock: SimulatedClock): Clock {
    return {
      now: () => clock.now(),
      alarm: (owner, options) => clock.alarm(owner, options),
      onStall: (listener) => clock.onStall(listener),
      get lastStall() {
        return clock.lastStall;
      },
      afterPoll: (callback) =>
        clock.afterPoll((now) => {
          this.#isPolled = true;
          callback(now);
          this.#isPolled = false;
        }),
    };
  }

  /** L4, L7: at most one PING waits unwritten; one PONG at a time, for the newest PING. */
  readonly #handleWrite = ({ frames, position, taken }: Writing): void => {
    const pings = frames.filter(({ type }) => type === 'ping').length;
    const waiting = this.#pingEnds.filter((endsAt) => endsAt > taken).length;
    this.#expect(pings === 0 || waiting + pings === 1, `${waiting} PINGs wait unwritten, and ${pings} are written`);
    for (let i = 0; i < pings; i += 1) this.#pingEnds.push(this.#end!.sent.bytes);
    const pongs = frames.flatMap((frame) => (frame.type === 'pong' ? [frame.number] : []));
    this.#expect(pongs.length <= 1, `${pongs.length} PONGs in one write`);
    this.#expect(pongs.length === 0 || position - taken < 262_144, 'a PONG goes into a queue that is full');
    for (const number of pongs) {
      this.#pongsSent += 1;
      const newest = this.#end!.received.frames.findLast(({ frame }) => frame.type === 'ping')?.frame;
      this.#expect(newest?.type === 'ping' && newest.number === number, `PONG ${number} is not for the newest PING`);
    }
  };

  /** What can be said when all is over. */
  check({ idleMs, intervalMs, probes }: Keepalive, maxBoundMs: number, pausedTimeoutMs: number): void {
    const end = this.#end!;
    const windowMs = intervalMs * probes;
    const names = namesOf(end).filter((name) => name !== 'drain');
    const grammar = /^(connect( suspect alive)*( suspect( dead)?)? disconnect )?end$/;
    this.#expect(grammar.test(names.join(' ')), `events out of order: ${names.join(' ')}`);
    this.#expect(this.#pongsSent <= end.received.timesOf('ping').length, 'more PONGs than PINGs');
    const cause = end.ending?.cause ?? 'none';
    this.#expect(!['too-many-pings', 'protocol-error'].includes(cause), `ends with ${cause}`);
    const dead = eventOf(end, 'dead');
    if (dead === undefined) return;
    const silenceMs = dead.at - end.heardAt;
    const pausedMs = this.pauses.reduce((sum, span) => sum + overlap(span, end.heardAt, dead.at), 0);
    const stalledMs = this.stalls.reduce((sum, span) => sum + overlap(span, end.heardAt, dead.at), 0);
    const frozenMs = Math.min(pausedMs, pausedTimeoutMs);
    this.#expect(silenceMs >= windowMs + frozenMs - 0.001, `dead after ${silenceMs} ms, of which ${frozenMs} paused`);
    // The first wait is anything up to idle, and counts until it has led to a PING.
    const isFirst = end.sent.timesOf('ping').every((at) => at > end.heardAt);
    if (!isFirst && !this.slept) {
      this.#expect(silenceMs >= 0.9 * idleMs + windowMs - 0.001, `dead after ${silenceMs} ms, before idle was over`);
    }
    this.#expect(
      silenceMs <= maxBoundMs + stalledMs + 1,
      `dead only after ${silenceMs} ms, ${stalledMs} of them stalled`,
    );
    this.#expect(dead.payload.evidence.silenceMs === silenceMs, 'the evidence names another silence');
    const late = end.sent.frames.filter(({ at }) => at > dead.at).length;
    this.#expect(late === 0, `${late} frames after the verdict`);
  }
}

function overlap({ from, to }: Span, begin: Instant, finish: Instant): number {
  return Math.max(0, Math.min(to, finish) - Math.max(from, begin));
}

/** A plan under way. */
class Trial {
  readonly pair: SessionPair;
  readonly auditors = { client: new Auditor(), server: new Auditor() };
  readonly #asleepUntil = { client: 0, server: 0 };
  readonly #plan: Plan;

  constructor(plan: Plan) {
    const { keepalive, latencyMs, bufferBytes, seed } = plan;
    this.#plan = plan;
    const random = seededRandom(seed);
    const { idleMs: idle, intervalMs: interval, probes } = keepalive;
    this.pair = createPair({
      both: { keepalive: { idle, interval, probes }, minPingInterval: interval, random, handler: () => {} },
      client: this.auditors.client.options(),
      server: this.auditors.server.options(),
      link: { latencyMs: () => latencyMs * (0.5 + random()), bufferBytes, chunking: randomChunks(random, 60_000) },
    });
  }

  async run(): Promise<string[]> {
    const { world } = this.pair;
    for (const name of ['client', 'server'] as const) this.auditors[name].attach(this.pair[name]);
    await world.advanceAsync(1_000);
    for (const { at, fault } of this.#plan.faults) world.callAt(1_000 + at, () => this.#inflict(fault));
    await world.advanceAsync(150_000);
    // Whatever it has come to: from now on nothing comes any more, and nobody stalls or is paused anew.
    this.pair.link.cut();
    await world.advanceAsync(2_000_000);
    const { keepalive } = this.#plan;
    const promise = promiseOf({
      keepalive: { idle: keepalive.idleMs, interval: keepalive.intervalMs, probes: keepalive.probes },
    });
    return (['client', 'server'] as const).flatMap((name) => {
      const auditor = this.auditors[name];
      if (!this.#isGone(name)) {
        auditor.check(keepalive, promise?.maxBoundMs ?? 0, 60_000);
        if (this.pair[name].clock.alarmsSet > 0) auditor.complaints.push('an alarm is left behind');
      }
      return auditor.complaints.map((complaint) => `${name}: ${complaint}`);
    });
  }

  /** An end whose host has lost its power tells nothing any more. */
  #isGone(name: Side): boolean {
    return this.#plan.faults.some(({ fault }) => fault.kind === 'crash' && fault.side === name);
  }

  #inflict(fault: Fault): void {
    const { link, world } = this.pair;
    switch (fault.kind) {
      case 'cut':
        return link.cut(fault.direction);
      case 'heal':
        return link.heal(fault.direction);
      case 'reset':
        return link.reset();
      case 'crash':
        return link.crash(fault.side === 'client' ? 'a' : 'b');
      default:
    }
    const end = this.pair[fault.side];
    const auditor = this.auditors[fault.side];
    const now = end.clock.now();
    switch (fault.kind) {
      case 'stall':
        auditor.stalls.push({ from: now, to: now + fault.ms });
        return end.clock.stall(fault.ms);
      case 'sleep':
        if (world.now < this.#asleepUntil[fault.side]) return;
        this.#asleepUntil[fault.side] = world.now + fault.ms;
        auditor.slept = true;
        return end.clock.sleep(fault.ms);
      default:
        // Done by the process itself, when it runs.
        return end.clock.deliverAt(now, () => this.#act(end, auditor, fault));
    }
  }

  #act(end: PairEnd, auditor: Auditor, fault: Fault): void {
    const now = end.clock.now();
    switch (fault.kind) {
      case 'send':
        return void end.session.send(new Uint8Array(fault.bytes)).catch(() => {});
      case 'close':
        return void end.session.close();
      case 'destroy':
        return end.session.destroy();
      case 'pause':
        if (auditor.pauses.every(({ to }) => to < Number.POSITIVE_INFINITY)) {
          auditor.pauses.push({ from: now, to: Number.POSITIVE_INFINITY });
        }
        return end.connection.pause();
      case 'resume':
        for (const span of auditor.pauses) span.to = Math.min(span.to, now);
        return end.connection.resume();
      default:
    }
  }
}

describe('any faults at any time', () => {
  it('break none of the invariants: 1 to 8, 15 to 17, 23 and 24, seen from outside', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (faults) => {
        expect(await new Trial(faults).run()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('invariant 22: one connection does not touch another', () => {
  it('200 connections of a process are flooded, cut and reset; the verdict about the 201st is exact', async () => {
    const bystander = connectPair({ server: { keepalive: false } });
    const { world, client } = bystander;
    const storm = Array.from({ length: 200 }, (_, index) =>
      connectPair(
        {
          world,
          client: { clock: client.clock, random: seededRandom(index) },
          server: { handler: () => {} },
          link: { latencyMs: 5 },
        },
        10,
      ),
    );
    const bornAt = client.heardAt;
    for (const [index, pair] of storm.entries()) {
      for (let i = 0; i < 20; i += 1) pair.client.session.send(new Uint8Array(1_000)).catch(() => {});
      world.callAt(10_000 + 10 * index, () => (index % 2 === 0 ? pair.link.cut() : pair.link.reset()));
    }
    await world.advanceAsync(1);
    bystander.link.crash('b');
    await world.advanceAsync(60_000);
    expect(eventOf(client, 'dead')?.at).toBe(bornAt + 35_000);
    expect(storm.every((pair) => pair.client.ending !== undefined)).toBe(true);
  });
});
