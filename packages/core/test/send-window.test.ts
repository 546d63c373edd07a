import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendWindow } from '../src/machines/send-window.ts';
import { ProtocolError } from '../src/words/errors.ts';
import { holds } from './support/holds.ts';
import { FRAME_BYTES, WindowLink } from './support/window-link.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
/** What reports and frames are rounded to. */
const GRAIN = 32 * KIB;

/** A window of which all is put, in a turn that ended at 0. */
function fill(window: SendWindow, position: number): SendWindow {
  window.handlePut(position);
  window.handleTurn(position, 0);
  return window;
}

describe('SendWindow: what may be put', () => {
  it('W5: is open below 256 KiB unread, and closed from there on until the peer has read more', () => {
    const window = new SendWindow(0);
    expect(window.size).toBe(256 * KIB);
    window.handlePut(1);
    expect(window.isOpen(256 * KIB - 1)).toBe(true);
    expect(window.isOpen(256 * KIB)).toBe(false);
    window.handleRead(1_000, 256 * KIB, 1);
    window.handlePut(2_000);
    expect(window.isOpen(256 * KIB + 999)).toBe(true);
    expect(window.isOpen(256 * KIB + 1_000)).toBe(false);
  });

  it('is open before the first message and behind the last one read, however many PONGs nobody has reported: 1 MiB', () => {
    const window = new SendWindow(300);
    expect(window.isOpen(MIB)).toBe(true);
    window.handlePut(MIB + 100);
    expect(window.isOpen(MIB + 100)).toBe(false);
    window.handleRead(MIB + 99, 2 * MIB, 1);
    expect(window.isOpen(2 * MIB)).toBe(false);
    window.handleRead(MIB + 100, 2 * MIB, 1);
    expect(window.isOpen(2 * MIB)).toBe(true);
  });

  it('refuses a peer that has read byte 1001 of 1000, and takes the thousandth', () => {
    const window = new SendWindow(0);
    window.handleRead(1_000, 1_000, 0);
    const complaint = new ProtocolError('1001 bytes were read, where 1000 had been sent');
    expect(() => new SendWindow(0).handleRead(1_001, 1_000, 0)).toThrow(complaint);
  });

  it('refuses a peer that has read 999 bytes after 1000, and takes 1000 again', () => {
    const window = new SendWindow(0);
    window.handleRead(1_000, 2_000, 0);
    window.handleRead(1_000, 2_000, 0);
    const complaint = new ProtocolError('999 bytes were read, where 1000 had been before');
    expect(() => window.handleRead(999, 2_000, 0)).toThrow(complaint);
  });
});

describe('SendWindow: one sample', () => {
  it('begins when the window holds us back, and is complete when all that lay on the way is read: 256 KiB in 1.6 s are 160 KiB', () => {
    const window = fill(new SendWindow(0), 256 * KIB);
    window.handleRead(256 * KIB - 1, 256 * KIB, 1_599, 0);
    expect(window.size).toBe(256 * KIB);
    window.handleRead(256 * KIB, 256 * KIB, 1_600, 0);
    expect(window.size).toBe(160 * KIB);
  });

  it('aims at 1 s beyond the path, which is 1 s if the first report of a message took 1 s, and that of the handshake 10 ms', () => {
    const window = fill(new SendWindow(300), 300 + 256 * KIB);
    window.handleRead(300, 300 + 256 * KIB, 10);
    window.handleRead(300 + 32 * KIB, 300 + 256 * KIB, 1_000);
    window.handleRead(300 + 256 * KIB, 300 + 256 * KIB, 1_600);
    // Counted from byte 0, the last one known to be read when the sample began.
    expect(window.size).toBe(((300 + 256 * KIB) / 1_600) * 2_000);
  });

  it('aims at 1 s beyond the shortest of 4 paths: 500 ms; a path of -5 ms, by a clock that runs backwards, is none', () => {
    const window = new SendWindow(0);
    const way = (start: number, from: number, until: number) => {
      window.handlePut(start + 100);
      window.handleTurn(start + 100, from);
      window.handlePut(start + 200); // is in nobody's way: it is not alone
      window.handleTurn(start + 200, from + 100);
      window.handleRead(start + 100, start + 200, until);
      window.handleRead(start + 200, start + 200, until + 50);
    };
    way(0, 1_000, 2_000);
    way(200, 3_000, 3_500);
    way(400, 5_000, 4_995);
    way(600, 9_000, 11_000);
    window.handlePut(256 * KIB + 800);
    window.handleTurn(256 * KIB + 800, 12_000);
    window.handleRead(256 * KIB + 800, 256 * KIB + 800, 14_000);
    expect(window.size).toBe((256 * KIB * 1_500) / 2_000);
  });

  it('is void where the window opens at the end of a turn, though all is read later: 256 KiB in 1000 s say nothing', () => {
    const window = fill(new SendWindow(0), 256 * KIB);
    window.handleRead(32 * KIB, 256 * KIB, 500);
    window.handleTurn(256 * KIB, 500);
    window.handleRead(256 * KIB, 256 * KIB, 1_000_000);
    expect(window.size).toBe(256 * KIB);
  });

  it('goes on while the window is filled again in the turn that opened it', () => {
    const window = fill(new SendWindow(0), 256 * KIB);
    window.handleRead(32 * KIB, 256 * KIB, 100);
    window.handlePut(300 * KIB);
    window.handleTurn(300 * KIB, 100);
    window.handleRead(256 * KIB, 300 * KIB, 800);
    // 256 KiB in 800 ms of a path of 100 ms: 320 KiB/s x 1.1 s.
    expect(window.size).toBe(352 * KIB);
  });

  it('is over after 2 s on a path of 0 s with what has been read by then, but not where nothing new was read', () => {
    const window = fill(new SendWindow(0), 256 * KIB);
    window.handleRead(32 * KIB, 256 * KIB, 0);
    window.handlePut(300 * KIB);
    window.handleTurn(300 * KIB, 0);
    window.handleRead(32 * KIB, 300 * KIB, 5_000);
    expect(window.size).toBe(256 * KIB);
    window.handleRead(32 * KIB + 1, 300 * KIB, 5_000);
    expect(window.size).toBe(128 * KIB);
  });

  it('L13: a clock that stands still, or runs backwards, doubles it, and one that leaps to the end of time halves it', () => {
    const after = (now: number) => {
      const window = fill(new SendWindow(0), 256 * KIB);
      window.handleRead(256 * KIB, 256 * KIB, now, 0);
      return window.size;
    };
    expect([0, -1e9, Number.NaN].map(after)).toEqual([512 * KIB, 512 * KIB, 512 * KIB]);
    expect([Number.MAX_VALUE, 1e9].map(after)).toEqual([128 * KIB, 128 * KIB]);
  });
});

describe('SendWindow: on a link', () => {
  it('W5: settles within 30 % of 100 KB on 100 KB/s, and a PING put at any time after 5 s waits less than 2 s', () => {
    const link = new WindowLink({ bytesPerMs: 100, rttMs: 20, minRttMs: 20 });
    expect(link.run(5_000)).toBeLessThanOrEqual(256 * KIB + FRAME_BYTES);
    const most = link.run(60_000);
    expect(most / link.bytesPerMs).toBeLessThan(2_000);
    for (const size of link.sizes.slice(2)) {
      expect(size).toBeGreaterThan(70_000);
      expect(size).toBeLessThan(130_000);
    }
    expect(link.read).toBeGreaterThan(0.99 * 65_000 * 100); // the link is never idle
  });

  it('settles at 100 KB and 32 KiB more on the same link, where no PING has ever measured the round trip', () => {
    const link = new WindowLink({ bytesPerMs: 100, rttMs: 20 });
    link.run(60_000);
    expect(link.window.size).toBeGreaterThan(100_000);
    expect(link.window.size).toBeLessThan(100_000 + 2_000 + GRAIN + 5_000);
  });

  it.each([
    { rttMs: 1_500, minRttMs: 1_500, how: 'measured by PINGs' },
    { rttMs: 1_500, minRttMs: undefined, how: 'measured by nobody else' },
    { rttMs: 5_000, minRttMs: undefined, how: 'measured by nobody else' },
    { rttMs: 200, minRttMs: undefined, how: 'measured by nobody else' },
  ])('does not spiral down where the round trip is $rttMs ms, $how: fills a link of 1 MB/s', (path) => {
    const link = new WindowLink({ bytesPerMs: 1_000, ...path });
    link.run(120_000);
    const { read } = link;
    link.run(20_000);
    expect(link.read - read).toBeGreaterThan(0.9 * 20_000 * 1_000);
    const fullSize = 1_000 * (1_000 + path.rttMs);
    expect(link.window.size).toBeGreaterThan(0.9 * fullSize);
    expect(link.window.size).toBeLessThan(1.2 * fullSize);
  });

  it('grows to 8 MiB on a fast LAN in 5 doublings, and stays there', () => {
    const link = new WindowLink({ bytesPerMs: 125_000, rttMs: 1, minRttMs: 1 });
    link.run(1_000);
    expect(link.sizes).toEqual([256 * KIB, 512 * KIB, MIB, 2 * MIB, 4 * MIB, 8 * MIB]);
  });

  it('never goes below 64 KiB, however slow the link', () => {
    const link = new WindowLink({ bytesPerMs: 1, rttMs: 1 });
    link.run(2_000_000);
    expect(link.window.size).toBe(64 * KIB);
  });

  it('does not change for an application that offers 10 KB/s to a link of 100 KB/s', () => {
    const link = new WindowLink({ bytesPerMs: 100, rttMs: 20, minRttMs: 20, offeredPerMs: 10 });
    link.run(120_000);
    expect(link.sizes).toEqual([256 * KIB]);
    expect(link.read).toBeGreaterThan(1_000_000);
  });

  it('does not shrink for an application that pauses for a minute in the midst', () => {
    const link = new WindowLink({ bytesPerMs: 10_000, rttMs: 20, minRttMs: 20 });
    link.run(10_000);
    const { size } = link.window;
    link.hasMore = false;
    link.run(60_000);
    link.hasMore = true;
    const { length } = link.sizes;
    link.run(10_000);
    for (const later of link.sizes.slice(length)) expect(later).toBeGreaterThan(0.9 * size);
  });

  it('halves once in a stall of 5 s, and is back within 2 s of its end', () => {
    const link = new WindowLink({ bytesPerMs: 1_000, rttMs: 20, minRttMs: 20 });
    link.run(30_000);
    const before = link.window.size;
    const { length } = link.sizes;
    link.bytesPerMs = 0;
    link.run(5_000);
    link.bytesPerMs = 1_000;
    link.run(2_000);
    const sizes = link.sizes.slice(length - 1);
    expect(sizes[1]).toBe((sizes[0] as number) / 2);
    expect(Math.min(...sizes)).toBe(sizes[1]);
    expect(link.window.size).toBeGreaterThan(0.9 * before);
  });

  it('follows a link that falls from 10 MB/s to 100 KB/s before all that lay on it is read: within 15 s, and not 80', () => {
    const link = new WindowLink({ bytesPerMs: 10_000, rttMs: 20, minRttMs: 20 });
    link.run(10_000);
    expect(link.window.size).toBe(8 * MIB);
    link.bytesPerMs = 100;
    link.run(15_000);
    expect(link.window.size).toBeLessThan(140_000);
    link.run(75_000);
    expect(link.unread).toBeLessThan(200_000);
  });
});

describe('SendWindow, for any number', () => {
  const call = fc.record({
    put: fc.integer({ min: 0, max: 2 ** 20 }),
    isGated: fc.boolean(),
    /** How much of what is unread is read. */
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    now: fc.oneof(fc.double(), fc.double({ min: 0, max: 1e6, noNaN: true })),
    minRttMs: fc.option(fc.double(), { nil: undefined }),
  });

  it('L13: stays within 64 KiB and 8 MiB, moves by 2 at most, and is open again once all is read; clocks may do anything', () => {
    holds(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const window = new SendWindow(0);
        let [position, read] = [0, 0];
        for (const { put, isGated, share, now, minRttMs } of calls) {
          const { size } = window;
          position += put;
          if (isGated) window.handlePut(position);
          window.handleTurn(position, now);
          read += Math.floor(share * (position - read));
          window.handleRead(read, position, now, minRttMs);
          expect(window.size).toBeGreaterThanOrEqual(Math.max(64 * KIB, size / 2));
          expect(window.size).toBeLessThanOrEqual(Math.min(8 * MIB, size * 2));
        }
        window.handleRead(position, position, 0);
        expect(window.isOpen(position)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('W5: never lets more lie on the way than the largest window since and one frame, and never leaves a link idle', () => {
    const links = fc.record({
      bytesPerMs: fc.integer({ min: 20, max: 20_000 }),
      rttMs: fc.integer({ min: 0, max: 500 }),
    });
    holds(
      fc.property(links, (options) => {
        const link = new WindowLink(options);
        link.run(20_000);
        const { read } = link;
        const largest = Math.max(256 * KIB, ...link.sizes);
        expect(link.run(10_000)).toBeLessThanOrEqual(Math.max(largest, ...link.sizes) + FRAME_BYTES);
        const couldRead = Math.min(10_000 * options.bytesPerMs, (8 * MIB * 10_000) / Math.max(1, options.rttMs));
        expect(link.read - read).toBeGreaterThan(0.8 * couldRead);
        expect(link.window.size).toBeLessThanOrEqual(1.3 * options.bytesPerMs * (1_000 + options.rttMs) + 64 * KIB);
      }),
      { numRuns: 30 },
    );
  });
});
