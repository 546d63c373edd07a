import { FloodLog } from '@systole/core/internal';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';

function startLog(): { clock: ManualClock; log: FloodLog<string>; lines: string[] } {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = new FloodLog<string>(clock, (last, count) => lines.push(`${clock.now()}: ${count} x ${last}`));
  return { clock, log, lines };
}

describe('FloodLog', () => {
  it('writes the first entry at once, and the 3 of the second behind it in one line', () => {
    const { clock, log, lines } = startLog();
    log.add('a');
    expect(lines).toEqual(['0: 1 x a']);
    clock.advance(400);
    for (const entry of ['b', 'c', 'd']) log.add(entry);
    clock.advance(599);
    expect(lines.length).toBe(1);
    clock.advance(1);
    expect(lines).toEqual(['0: 1 x a', '1000: 3 x d']);
  });

  it('writes 11 lines for 10,000 entries in 10 s, none of them lost', () => {
    const { clock, log, lines } = startLog();
    for (let ms = 0; ms < 10_000; ms += 1) {
      log.add('x');
      clock.advance(1);
    }
    expect(lines.length).toBe(11);
    expect(lines.map((line) => Number(line.split(' ')[1])).reduce((sum, count) => sum + count, 0)).toBe(10_000);
  });

  it('goes quiet with its last line, and begins at once again: no alarm is left', () => {
    const { clock, log, lines } = startLog();
    log.add('a');
    log.add('b');
    clock.advance(1_000);
    expect(clock.nextAt).toBeUndefined();
    clock.advance(1_000);
    log.add('c');
    expect(lines).toEqual(['0: 1 x a', '1000: 1 x b', '2000: 1 x c']);
  });

  it('writes what is left when it is finished, and nothing if nothing is', () => {
    const { clock, log, lines } = startLog();
    log.add('a');
    log.add('b');
    log.finish();
    log.finish();
    expect(lines).toEqual(['0: 1 x a', '0: 1 x b']);
    expect(clock.nextAt).toBeUndefined();
  });
});
