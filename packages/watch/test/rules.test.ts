import { ManualClock, SimulatedWorld, seededRandom } from '@systole/testing';
import type { WatchEvents } from '@systole/watch';
import { watch } from '@systole/watch';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUND_MS, FakeStream, TRIPLE, watchFake } from './peer.ts';

// The rules of docs/LIVENESS.md, each by its number, for a stream whose protocol is somebody else's.

/** The longest duration that an option takes. */
const MILLENNIUM_MS = 1_000 * 365 * 24 * 3_600_000;

describe('a watch', () => {
  it('L1: may be at both ends, and both see the other', () => {
    const clock = new ManualClock();
    const [a, b] = [new FakeStream(), new FakeStream()];
    const options = { clock, keepalive: TRIPLE, random: () => 0.5 };
    const probes = { a: 0, b: 0 };
    const atA = watch(a, {
      ...options,
      probe: () => {
        probes.a += 1;
        b.hear();
        a.hear(); // the answer
      },
    });
    const atB = watch(b, {
      ...options,
      probe: () => {
        probes.b += 1;
        a.hear();
        b.hear();
      },
    });
    clock.advance(60_000);
    expect(atA.inspect().belief).toBe('alive');
    expect(atB.inspect().belief).toBe('alive');
    // L8: what one sends is evidence at the other, so that two do not beat twice.
    expect(probes.a + probes.b).toBeLessThanOrEqual(70);
  });

  it('L2: takes any byte as evidence, whatever it means', () => {
    const { clock, stream, peer, watching, told } = watchFake();
    peer.answers = false;
    for (let at = 0; at < 60_000; at += 900) {
      clock.advance(900);
      stream.hear(Uint8Array.of(0));
    }
    expect(told).toEqual([]);
    expect(watching.inspect().bytesIn).toBe(67);
  });

  it('L2: takes nothing that we send as evidence', () => {
    const { clock, stream, peer, names } = watchFake();
    peer.answers = false;
    for (let at = 0; at < BOUND_MS; at += 100) {
      stream.write('are you there?');
      clock.advance(100);
    }
    expect(names()).toEqual(['suspect', 'dead', 'disconnect']);
  });

  it('L3: probes after idle and then each interval, and judges at first due + interval x probes', () => {
    const { clock, peer, probes, told } = watchFake({ random: () => 0 });
    peer.answers = false;
    clock.advance(10_000);
    expect(probes).toEqual([
      { at: 1_000, attempt: 1 },
      { at: 1_500, attempt: 2 },
      { at: 2_000, attempt: 3 },
    ]);
    expect(told.map(({ at, name }) => [at, name])).toEqual([
      [1_500, 'suspect'],
      [2_500, 'dead'],
      [2_500, 'disconnect'],
    ]);
    expect(told.at(-1)?.payload).toMatchObject({
      epoch: 1,
      cause: 'silent',
      evidence: { phase: 'open', probesSent: 3, silenceMs: 2_500 },
    });
  });

  it('L3: is silent within the bound after the last byte, and never before interval x probes without one, in 300 lives', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2_300 }), { maxLength: 40 });
    void fc.assert(
      fc.property(
        gaps,
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (times, random) => {
          const { clock, stream, peer, probes, told } = watchFake({ random: () => random.next().value });
          peer.answers = false;
          let lastAt = 0;
          for (const gap of times) {
            clock.advance(gap);
            if (stream.destroyed) break;
            stream.hear();
            lastAt = clock.now();
          }
          clock.advance(BOUND_MS);
          const { at } = told.find(({ name }) => name === 'dead') ?? { at: Number.NaN };
          expect(at).toBeLessThanOrEqual(lastAt + BOUND_MS);
          expect(at).toBeGreaterThanOrEqual(lastAt + 1_500);
          expect(probes.at(-1)?.attempt).toBe(3);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('L4: calls a verdict write-stalled where the probe could not even leave, and lets one wait at most', () => {
    const { clock, stream, peer, probes, told } = watchFake({
      random: () => 0,
      probe: () => {
        probes.push({ at: clock.now(), attempt: 0 });
        stream.write('PING');
      },
    });
    peer.answers = false;
    stream.isStuck = true;
    stream.write('a question that nobody takes');
    clock.advance(10_000);
    expect(probes).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ at: 2_500, payload: { cause: 'write-stalled' } });
  });

  it('L4: lets a queue that moves put the verdict off, by writeTimeout at most', () => {
    const { clock, stream, told } = watchFake({
      random: () => 0,
      writeTimeout: 6_000,
      probe: () => stream.write('PING'),
    });
    stream.isStuck = true;
    for (let part = 0; part < 1_000; part += 1) stream.write('part');
    for (let at = 0; at < 10_000; at += 100) {
      clock.advance(100);
      stream.drain(); // one part at a time
    }
    expect(told.at(-1)).toMatchObject({ at: 6_000, payload: { cause: 'write-stalled' } });
  });

  it('L4: lets a queue that waited before the watch began put the verdict off as well', () => {
    const stream = new FakeStream();
    stream.isStuck = true;
    for (let part = 0; part < 1_000; part += 1) stream.write('part');
    const { clock, told } = watchFake(
      { random: () => 0, writeTimeout: 6_000, probe: () => stream.write('PING') },
      stream,
    );
    for (let at = 0; at < 10_000; at += 100) {
      clock.advance(100);
      stream.drain();
    }
    expect(told.at(-1)).toMatchObject({ at: 6_000, payload: { cause: 'write-stalled' } });
  });

  it('L5: gives a peer its interval after a stall of our own, and sees what has come meanwhile before it judges', () => {
    const { clock, stream, told } = watchFake();
    clock.advance(950);
    clock.deliverAt(clock.now() + 10, () => stream.hear());
    clock.stall(60_000);
    clock.advance(1_000);
    expect(told).toEqual([]);
  });

  it('L5: is silent after a stall of our own, if the peer has died in it', () => {
    const { clock, peer, told } = watchFake();
    clock.advance(950);
    peer.answers = false;
    clock.stall(60_000);
    const after = clock.now();
    clock.advance(BOUND_MS + 1_500);
    expect(told.map(({ name }) => name)).toEqual(['suspect', 'dead', 'disconnect']);
    expect(told[0]?.at).toBeGreaterThanOrEqual(after + 500);
  });

  it('L5: asks at once after the system has slept', () => {
    const { clock, probes } = watchFake({ keepalive: { idle: '1h', interval: '1s', probes: 3 } });
    clock.advance(10);
    clock.sleep(3_600_000);
    expect(probes).toHaveLength(1);
  });

  it('L5: lets an end that shows up in the last poll phase be the cause', async () => {
    const { clock, stream, peer, told } = watchFake({ random: () => 0 });
    peer.answers = false;
    stream.resume();
    clock.deliverAt(2_500, () =>
      stream.destroy(Object.assign(new Error('read'), { code: 'ECONNRESET', syscall: 'read' })),
    );
    stream.on('error', () => {});
    await clock.advanceAsync(3_000);
    expect(told.map(({ name, payload }) => [name, (payload as WatchEvents['disconnect']).cause])).toEqual([
      ['suspect', undefined],
      ['disconnect', 'reset'],
    ]);
  });

  it('L5: freezes the verdict while the owner has paused the stream, for pausedTimeout', () => {
    const { clock, stream, peer, told } = watchFake({ random: () => 0, pausedTimeout: '20s' });
    peer.answers = false;
    stream.resume();
    stream.pause();
    clock.advance(20_000);
    expect(told).toEqual([]);
    clock.advance(BOUND_MS);
    expect(told.map(({ name }) => name)).toEqual(['suspect', 'dead', 'disconnect']);
    expect(told.at(-1)?.payload).toMatchObject({ evidence: { detail: 'the stream is not read by its owner' } });
  });

  it('L5: goes on where it was when the owner reads again', () => {
    const { clock, stream, peer, told } = watchFake({ random: () => 0 });
    stream.resume();
    stream.pause();
    clock.advance(30_000);
    expect(told).toEqual([]);
    stream.resume();
    clock.advance(60_000);
    expect(told).toEqual([]);
    peer.answers = false;
    clock.advance(BOUND_MS);
    expect(told.at(-1)?.name).toBe('disconnect');
  });

  it('L6: tells suspect before dead, alive after suspect, and one disconnect', () => {
    const { clock, stream, peer, names } = watchFake({ random: () => 0 });
    peer.answers = false;
    clock.advance(2_000);
    expect(names()).toEqual(['suspect']);
    stream.hear();
    clock.advance(100);
    expect(names()).toEqual(['suspect', 'alive']);
    clock.advance(60_000);
    expect(names()).toEqual(['suspect', 'alive', 'suspect', 'dead', 'disconnect']);
  });

  it('L7: measures the round trip by the promise of the probe', async () => {
    const { clock, stream, watching } = watchFake({
      probe: () =>
        new Promise<void>((resolve) => {
          clock.deliverAt(clock.now() + 30, () => {
            stream.hear();
            resolve();
          });
        }),
    });
    await clock.advanceAsync(10_000);
    expect(watching.inspect().rtt).toMatchObject({ latestMs: 30, minMs: 30, jitterMs: 0 });
  });

  it('L7: measures nothing by an answer that is late, and is not disturbed by it', async () => {
    const answers: (() => void)[] = [];
    const { clock, stream, watching, told } = watchFake({
      random: () => 0,
      probe: () => new Promise<void>((resolve) => answers.push(resolve)),
    });
    await clock.advanceAsync(2_100);
    expect(answers).toHaveLength(3);
    stream.hear();
    answers[0]?.(); // two probes late
    await clock.settle();
    expect(watching.inspect()).toMatchObject({ belief: 'alive', rtt: undefined });
    answers[2]?.();
    await clock.settle();
    expect(told.map(({ name }) => name)).toEqual(['suspect', 'alive']);
  });

  it('L8: shortens idle by a tenth at most, looks included, and never lengthens it, in 2,000 silences', () => {
    const { clock, stream, peer, probes } = watchFake({ random: seededRandom(1) });
    clock.advance(5_000); // the first wait is another matter
    peer.answers = false;
    const traffic = seededRandom(2);
    for (let silence = 0; silence < 2_000; silence += 1) {
      clock.advance(traffic() * 300);
      stream.hear();
      const from = clock.now();
      probes.length = 0;
      for (let ms = 0; ms < 2_000 && probes.length === 0; ms += 1) clock.advance(1);
      const waited = clock.now() - from;
      expect(waited).toBeGreaterThanOrEqual(900);
      expect(waited).toBeLessThanOrEqual(1_001); // the step of this test
    }
  });

  it('L8: spreads the first probes of 1,000 watches that began together over all of idle', () => {
    const world = new SimulatedWorld();
    const clock = world.clock();
    const random = seededRandom(7);
    const firsts: number[] = [];
    for (let one = 0; one < 1_000; one += 1) {
      let isFirst = true;
      watch(new FakeStream(), {
        clock,
        random,
        keepalive: TRIPLE,
        probe: () => {
          if (isFirst) firsts.push(clock.now());
          isFirst = false;
        },
      });
    }
    world.advance(1_000);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => firsts.filter((at) => Math.ceil(at / 100) - 1 === tenth).length,
    );
    expect(firsts).toHaveLength(1_000);
    for (const count of tenths) expect(count).toBeGreaterThan(60);
  });

  it('L9: destroys the stream at once, also with a full send queue, and never ends it', () => {
    const { clock, stream, peer, watching } = watchFake();
    let ended = false;
    stream.end = () => {
      ended = true;
      return stream;
    };
    peer.answers = false;
    stream.isStuck = true;
    stream.write(new Uint8Array(1_000_000));
    watching.on('dead', () => expect(stream.destroyed).toBe(true));
    clock.advance(BOUND_MS);
    expect([stream.destroyed, ended]).toEqual([true, false]);
    expect(clock.alarmsSet).toBe(0);
  });

  it('L9: lets no late event of a dead stream through', async () => {
    const { clock, stream, peer, names } = watchFake();
    peer.answers = false;
    clock.advance(BOUND_MS);
    const before = names();
    stream.emit('end');
    stream.emit('close');
    await clock.advanceAsync(10_000);
    expect(names()).toEqual(before);
  });

  it('L12: keeps no process alive', () => {
    const { clock } = watchFake({ idle: { reader: '1h' } });
    expect(clock.alarmsSet).toBe(1);
    expect(clock.keepsProcess).toBe(false);
  });

  it.each([['kernel'], [{ idle: MILLENNIUM_MS, interval: MILLENNIUM_MS, probes: 1 }]] as const)(
    'L13: is total: %o',
    (keepalive) => {
      const { clock, told } = watchFake({ keepalive });
      clock.advance(365 * 24 * 3_600_000);
      expect(told).toEqual([]);
      expect(clock.alarmsSet).toBe(1);
    },
  );
});
