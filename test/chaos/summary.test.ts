// A run is ok only if nothing at all was wrong with it.

import { describe, expect, it } from 'vitest';
import type { Run } from './summary.ts';
import { summarize } from './summary.ts';

const MIB = 2 ** 20;

const GOOD: Run = {
  options: { messages: 100, faults: 1, seed: 7 },
  inflicted: [{ planned: { at: 50, fault: { kind: 'kill', role: 'server' } }, sent: 51, inFlight: 128 }],
  aftermath: {
    memory: { server: { warmBytes: 9 * MIB, nowBytes: 10 * MIB }, client: { warmBytes: 9 * MIB, nowBytes: 8 * MIB } },
  },
  verdict: {
    messages: 101,
    acknowledged: 90,
    rejected: { ERR_IN_DOUBT: 5, ERR_CLOSED: 3, ERR_NOT_HANDLED: 1 },
    killed: 2,
    findings: [],
  },
  seconds: 1.23,
};

describe('the summary of a run', () => {
  it('is ok where 101 messages met 1 fault and nothing was wrong', () => {
    expect(summarize(GOOD)).toEqual({
      messages: 101,
      acknowledged: 90,
      inDoubt: 5,
      closed: 3,
      notHandled: 1,
      otherwiseRejected: 0,
      killed: 2,
      handledTwice: 0,
      outOfOrder: 0,
      lostAcknowledged: 0,
      otherBreaches: {},
      findings: [],
      faults: { kill: 1 },
      minInFlight: 128,
      stuck: undefined,
      heapGrowth: { server: MIB, client: -MIB },
      seconds: 1.2,
      seed: 7,
      ok: true,
    });
  });

  it.each<{ readonly why: string; readonly wrong: Partial<Run> }>([
    {
      why: 'a message was handled twice',
      wrong: { verdict: { ...GOOD.verdict, findings: [{ breach: 'handledTwice', text: 'a/1' }] } },
    },
    {
      why: 'the promise was broken in any other way',
      wrong: { verdict: { ...GOOD.verdict, findings: [{ breach: 'closedButHandled', text: 'a/1' }] } },
    },
    { why: 'fewer than 100 messages were sent', wrong: { verdict: { ...GOOD.verdict, messages: 99 } } },
    { why: 'a fault did not happen', wrong: { options: { ...GOOD.options, faults: 2 } } },
    {
      why: 'only 49 messages were in flight at a fault',
      wrong: { inflicted: GOOD.inflicted.map((one) => ({ ...one, inFlight: 49 })) },
    },
    { why: 'an end did not come back', wrong: { aftermath: { stuck: 'waits for empty queues' } } },
    {
      why: 'a process has kept 2 MiB',
      wrong: {
        aftermath: {
          memory: { server: { warmBytes: MIB, nowBytes: 3 * MIB }, client: { warmBytes: MIB, nowBytes: MIB } },
        },
      },
    },
    {
      why: 'memory could not be compared',
      wrong: {
        aftermath: {
          memory: { server: { warmBytes: undefined, nowBytes: MIB }, client: { warmBytes: MIB, nowBytes: MIB } },
        },
      },
    },
  ])('is not ok where $why', ({ wrong }) => {
    expect(summarize({ ...GOOD, ...wrong }).ok).toBe(false);
  });

  it('counts breaches by their names, and shows the first 10', () => {
    const findings = Array.from({ length: 12 }, (_, index) => ({ breach: 'outOfOrder', text: `a/${index}` }) as const);
    const summary = summarize({
      ...GOOD,
      verdict: { ...GOOD.verdict, findings: [...findings, { breach: 'invented', text: 'b/1' }] },
    });
    expect(summary).toMatchObject({ outOfOrder: 12, otherBreaches: { invented: 1 } });
    expect(summary.findings).toHaveLength(10);
    expect(summary.findings[0]).toBe('outOfOrder: a/0');
  });
});
