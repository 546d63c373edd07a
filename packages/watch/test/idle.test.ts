import type { IdleEvent } from '@systole/watch';
import { describe, expect, it } from 'vitest';
import { FakeStream, watchFake } from './peer.ts';

/** No verdict, only what moves. */
function watchIdle(idle: { reader?: number; writer?: number; both?: number }) {
  const { clock, stream, told, watching } = watchFake({ keepalive: false, idle }, new FakeStream(), false);
  return {
    clock,
    stream,
    watching,
    /** When each was told, of what, and whether it was the first. */
    idles: () =>
      told.map(({ at, payload }) => {
        const { of, first } = payload as IdleEvent;
        return [at, of, first];
      }),
  };
}

describe('the idle states', () => {
  it('are told each time that their period passes, as IdleStateHandler does', () => {
    const { clock, idles } = watchIdle({ reader: 1_000, writer: 2_000, both: 1_500 });
    clock.advance(3_000);
    expect(idles()).toEqual([
      [1_000, 'reader', true],
      [1_500, 'both', true],
      [2_000, 'reader', false],
      [2_000, 'writer', true],
      [3_000, 'reader', false],
      [3_000, 'both', false],
    ]);
  });

  it('begin anew where something has moved: bytes in for the reader, bytes out for the writer, either for both', () => {
    const { clock, stream, idles } = watchIdle({ reader: 1_000, writer: 1_000, both: 1_000 });
    for (let at = 0; at < 5_000; at += 500) {
      clock.advance(500);
      stream.hear();
      stream.read();
    }
    expect(idles().every(([, of]) => of === 'writer')).toBe(true);
    for (let at = 0; at < 5_000; at += 500) {
      stream.write('x');
      clock.advance(500);
    }
    expect(idles().some(([, of]) => of === 'both')).toBe(false);
  });

  it('are never told early, and late by a twentieth of the period at most', () => {
    const { clock, stream, idles } = watchIdle({ reader: 1_000 });
    clock.advance(333);
    stream.hear();
    clock.advance(10_000);
    const [at] = idles()[0] ?? [];
    expect(at).toBeGreaterThanOrEqual(1_333);
    expect(at).toBeLessThanOrEqual(1_333 + 50);
  });

  it('call a writer idle whose bytes nobody takes', () => {
    const { clock, stream, idles } = watchIdle({ writer: 1_000 });
    stream.isStuck = true;
    for (let at = 0; at < 2_500; at += 250) {
      stream.write('nobody takes it');
      clock.advance(250);
    }
    expect(idles()).toEqual([
      [1_000, 'writer', true],
      [2_000, 'writer', false],
    ]);
  });

  it('blame nobody for a stall of our own: what has come meanwhile is seen first', () => {
    const { clock, stream, idles } = watchIdle({ reader: 1_000 });
    clock.advance(900);
    clock.deliverAt(clock.now() + 10, () => stream.hear());
    clock.stall(10_000);
    expect(idles()).toEqual([]);
  });

  it('do not call the peer idle while the owner has paused the stream', () => {
    const { clock, stream, idles } = watchIdle({ reader: 1_000 });
    stream.resume();
    stream.pause();
    clock.advance(10_000);
    expect(idles()).toEqual([]);
  });
});
