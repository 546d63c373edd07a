// Nothing is told once a watch is over, wherever it was when it was stopped.

import { Readable } from 'node:stream';
import { ManualClock } from '@systole/testing';
import type { Tap, TapListener } from '@systole/watch';
import { follow, watch } from '@systole/watch';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BOUND_MS, FakeStream, TRIPLE, watchFake } from './peer.ts';

describe('a watch that is over', () => {
  it('suspects nobody in the poll phase in which it was stopped just before, with 2 probes unanswered', () => {
    const fake = watchFake({
      random: () => 0,
      probe: (attempt) => {
        if (attempt === 2) fake.clock.afterPoll(() => fake.watching.stop());
      },
    });
    fake.clock.advance(60_000);
    expect(fake.told).toEqual([]);
    expect(fake.watching.inspect().state).toBe('stopped');
  });

  it('tells of 1 idle state of 2 where the listener of the first one takes the next stream', () => {
    const clock = new ManualClock();
    const watching = follow({ clock, keepalive: false, idle: { reader: 1_000, writer: 1_000 } });
    const told: unknown[] = [];
    for (const name of ['idle', 'disconnect', 'connect'] as const) {
      watching.on(name, ({ epoch }) => told.push([name, epoch]));
    }
    watching.once('idle', () => watching.take(new FakeStream()));
    watching.take(new FakeStream());
    clock.advance(1_500);
    expect(told).toEqual([
      ['connect', 1],
      ['idle', 1],
      ['disconnect', 1],
      ['connect', 2],
    ]);
    watching.stop();
  });

  it('looks at its tap no more once it has let go of it, in a poll phase or at a second end: 1 disconnect', () => {
    const clock = new ManualClock();
    const tap = new StrictTap();
    const watching = watch(tap, {
      clock,
      keepalive: TRIPLE,
      random: () => 0,
      probe: (attempt) => {
        if (attempt === 2) clock.afterPoll(() => tap.listener?.handleEnd({ cause: 'eof' }));
      },
    });
    const ends = vi.fn();
    watching.on('disconnect', ends);
    clock.advance(60_000);
    tap.listener?.handleEnd({ cause: 'reset' });
    expect(ends.mock.calls.map(([{ cause }]) => cause)).toEqual(['eof']);
  });

  it('takes no stream where its signal is aborted already: 0 listeners are on it', () => {
    const stream = new FakeStream();
    const watching = watch(stream, { signal: AbortSignal.abort() });
    expect(stream.eventNames()).toEqual([]);
    expect(watching.inspect()).toMatchObject({ state: 'stopped', epoch: 0 });
  });
});

describe('a verdict', () => {
  it('is told whatever the destroy function of the user throws, which surfaces later, 1 time', () => {
    const later: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (callback: () => void) => later.push(callback));
    onTestFinished(() => void vi.unstubAllGlobals());
    const destroy = (): void => {
      throw new Error('no such circuit');
    };
    const { clock, peer, names } = watchFake({ destroy });
    peer.answers = false;
    clock.advance(BOUND_MS);
    expect(names()).toEqual(['suspect', 'dead', 'disconnect']);
    expect(later).toHaveLength(1);
    expect(later[0]).toThrow('no such circuit');
  });
});

describe('a stream that can only be read', () => {
  it('is watched by what comes: 0 bytes out, and silent 2,500 ms behind the last of 5 bytes', () => {
    const clock = new ManualClock();
    const stream = new Readable({ read: () => {} });
    const watching = watch(stream, { clock, keepalive: TRIPLE, random: () => 1 });
    const dead = vi.fn();
    watching.on('dead', dead);
    stream.push('hello');
    clock.advance(200);
    expect(watching.inspect()).toMatchObject({ bytesIn: 5, bytesOut: 0 });
    clock.advance(BOUND_MS);
    expect(dead.mock.calls).toMatchObject([[{ cause: 'silent' }]]);
    expect(stream.destroyed).toBe(true);
  });
});

/** A transport that is no stream: who looks at it after it was let go of is told so. */
class StrictTap implements Tap {
  readonly position = 0;
  readonly written = 0;
  readonly isPaused = false;
  readonly end = undefined;
  listener: TapListener | undefined;
  #isReleased = false;

  get received(): number {
    if (this.#isReleased) throw new Error('let go of');
    return 0;
  }

  listen(listener: TapListener): void {
    this.listener = listener;
  }

  destroy(): void {}

  release(): void {
    this.#isReleased = true;
  }
}
