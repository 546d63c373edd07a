// `npm run bench -- delivery`, with tiny numbers: all that it claims to have measured, it has.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../bench/delivery/comparison.ts';
import { requireAll } from '../../bench/delivery/pair.ts';
import { requireStamp, stamp } from '../../bench/delivery/system.ts';
import { Unanswered } from '../../bench/delivery/unanswered.ts';

const SYSTEMS = ['net', 'net, gathered', 'systole', 'ws'];
/** A machine that is busy with other tests takes its time to start eight processes. */
const LIMIT_MS = 60_000;

interface Printed {
  readonly scenario: string;
  readonly passed: boolean;
  readonly floor: string;
  readonly comparisons: readonly Comparison[];
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function bench(...args: readonly string[]): Promise<Outcome> {
  const main = fileURLToPath(new URL('../../bench/dist/main.js', import.meta.url));
  try {
    const options = { timeout: LIMIT_MS };
    return { code: 0, ...(await promisify(execFile)(process.execPath, [main, ...args], options)) };
  } catch (error) {
    return error as Outcome;
  }
}

describe('the bench of delivery, 2 rounds over 1 and 3 connections', () => {
  let outcome: Outcome;
  let printed: Printed;

  beforeAll(async () => {
    outcome = await bench(
      'delivery',
      '--json',
      '--seconds',
      '1',
      '--rounds',
      '2',
      '--connections',
      '3',
      '--window',
      '8',
    );
    printed = JSON.parse(outcome.stdout) as Printed;
  }, LIMIT_MS);

  it('loses nothing, complains of nothing, and ends with 0', () => {
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(printed).toMatchObject({ scenario: 'delivery', passed: true, floor: 'net' });
  });

  it('measures 3 sizes over 1 and over 3 connections, with at most 8 messages and 256 KiB in flight on each', () => {
    expect(printed.comparisons.map(({ load }) => load)).toEqual([
      { connections: 1, bytes: 32, inFlight: 8 },
      { connections: 1, bytes: 1_024, inFlight: 8 },
      { connections: 1, bytes: 65_536, inFlight: 4 },
      { connections: 3, bytes: 32, inFlight: 8 },
      { connections: 3, bytes: 1_024, inFlight: 8 },
      { connections: 3, bytes: 65_536, inFlight: 4 },
    ]);
  });

  it('measures all 4 systems in each of 2 rounds, with a window of messages at least', () => {
    for (const { load, rounds } of printed.comparisons) {
      expect(rounds.map((round) => Object.keys(round).sort())).toEqual([SYSTEMS, SYSTEMS]);
      for (const sample of rounds.flatMap((round) => Object.values(round))) {
        expect(sample.messages).toBeGreaterThanOrEqual(load.connections * load.inFlight);
        expect(sample.messagesPerSecond).toBeGreaterThan(0);
        expect(Math.min(sample.serverMicros, sample.clientMicros)).toBeGreaterThan(0);
        expect(sample.cpuMicros).toBeCloseTo(sample.serverMicros + sample.clientMicros, 6);
      }
    }
  });

  it('compares with net in the same round: net with itself is 1, a median lies within its spread', () => {
    for (const { rounds, standings } of printed.comparisons) {
      expect(standings.net.speedOfFloor).toEqual({ median: 1, min: 1, max: 1 });
      expect(standings.net.cpuOfFloor).toEqual({ median: 1, min: 1, max: 1 });
      const ratios = rounds.map(({ net, systole }) => systole.messagesPerSecond / net.messagesPerSecond);
      const { median, min, max } = standings.systole.speedOfFloor;
      expect([min, max]).toEqual([Math.min(...ratios), Math.max(...ratios)]);
      expect(ratios).toContain(median);
    }
  });
});

describe('what the bench of delivery checks', () => {
  it('refuses a message of another number, and one of which the end is missing', () => {
    const message = new Uint8Array(32);
    stamp(message, 7);
    expect(() => requireStamp(message, 7)).not.toThrow();
    expect(() => requireStamp(message, 8)).toThrow('message 7 to 7 of 32 bytes came, where 8 was the next one');
    expect(() => requireStamp(message.subarray(0, 24), 7)).toThrow('message 7 to 0 of 24 bytes');
  });

  it('refuses 1 message that was acknowledged and not handled, and 1 that was handled twice', () => {
    const before = { messages: 10, bytes: 320, cpuMs: 0 };
    const after = (messages: number) => ({ messages, bytes: messages * 32, cpuMs: 1 });
    expect(() => requireAll(5, 32, before, after(15))).not.toThrow();
    expect(() => requireAll(5, 32, before, after(14))).toThrow('handled 4 messages of 128 bytes');
    expect(() => requireAll(5, 32, before, after(16))).toThrow('handled 6 messages of 192 bytes');
    expect(() => requireAll(5, 32, before, { ...after(15), bytes: 479 })).toThrow('159 bytes');
  });

  it('refuses an acknowledgement that nobody waits for, as a second one', async () => {
    const unanswered = new Unanswered();
    const answer = unanswered.wait(1);
    unanswered.acknowledge(1);
    await answer;
    expect(() => unanswered.acknowledge(1)).toThrow('an acknowledgement of 1, which nobody waits for');
  });

  it('ends with 2 for a flag that makes no sense', async () => {
    const { code, stderr } = await bench('delivery', '--window', '0');
    expect(code).toBe(2);
    expect(stderr).toContain('--window must be a whole number above 0, got 0');
  });
});
