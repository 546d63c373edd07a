import type { Evidence } from '@systole/core';
import { ManualClock } from '@systole/testing';
import { describe, expect, it } from 'vitest';
import type { RejectedEvent } from '../src/api.ts';
import { RejectionLog } from '../src/rejection-log.ts';

function startLog(): { clock: ManualClock; log: RejectionLog; lines: string[] } {
  const clock = new ManualClock();
  const lines: string[] = [];
  const write = (level: string) => (fields: object) => {
    const { cause, evidence, count } = fields as RejectedEvent & { count: number };
    lines.push(`${clock.now()} ${level}: ${count} x ${[cause, evidence.code].join(' ').trim()}`);
  };
  const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const log = new RejectionLog(clock, { ...logger, child: () => expect.fail('a line needs no child') });
  return { clock, log, lines };
}

function event(cause: RejectedEvent['cause'], code?: string): RejectedEvent {
  return { address: '10.0.0.7:51234', cause, evidence: { code } as Evidence };
}

describe('RejectionLog', () => {
  it('writes 11 lines for 10,000 strangers in 10 s, and counts all of them', () => {
    const { clock, log, lines } = startLog();
    for (let ms = 0; ms < 10_000; ms += 1) {
      log.add(event('not-our-protocol'), 'warn');
      clock.advance(1);
    }
    expect(lines.length).toBe(11);
    expect(lines.map((line) => Number(line.split(' ')[2])).reduce((sum, count) => sum + count, 0)).toBe(10_000);
  });

  it('hides no kind behind a flood of another: 4 kinds have 4 first lines at once', () => {
    const { log, lines } = startLog();
    for (let times = 0; times < 3; times += 1) {
      log.add(event('rejected'), 'warn');
      log.add(event('rejected', 'maxHandshakes'), 'warn');
      log.add(event('reset', 'ECONNRESET'), 'warn');
      log.add(event('reset', 'ECONNRESET'), 'debug');
    }
    expect(lines).toEqual([
      '0 warn: 1 x rejected',
      '0 warn: 1 x rejected maxHandshakes',
      '0 warn: 1 x reset ECONNRESET',
      '0 debug: 1 x reset ECONNRESET',
    ]);
  });

  it('writes what is left of 2 kinds when it is finished, and leaves no alarm', () => {
    const { clock, log, lines } = startLog();
    for (let times = 0; times < 3; times += 1) {
      log.add(event('eof'), 'warn');
      log.add(event('handshake-timeout'), 'warn');
    }
    log.finish();
    expect(lines.slice(2)).toEqual(['0 warn: 2 x eof', '0 warn: 2 x handshake-timeout']);
    expect(clock.nextAt).toBeUndefined();
  });
});
