// Outages of 1 to 28 s, and one for good, with the default triple: what describe() guarantees is ridden out, what lasts is found
// in time, and what TCP makes of the rest is printed.

import { describe as promise } from '@systole/core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { SLACK_MS } from './lab/expectation.ts';
import type { Fate } from './lab/outage-ends.ts';
import { JITTER_MS, MAX_DUE_MS, WRITE_MS } from './lab/outage-ends.ts';
import type { Outage } from './lab/outage-observation.ts';
import { LEAD_MS, observeOutages } from './lab/outage-observation.ts';
import { probedIn, staircaseOf } from './lab/staircase.ts';

const SECONDS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28] as const;

const { idleMs, intervalMs, probes, boundMs, outageMs: guaranteedMs } = promise() ?? expect.unreachable();
const WINDOW_MS = intervalMs * probes;

/** TCP's lowest, which the first retransmission waits for; the round trip takes no time here. */
const RTO_MS = 200;

/** Until every probe that is to become due has been answered or judged. */
const LOOK_MS = Math.max(boundMs, MAX_DUE_MS + JITTER_MS + WINDOW_MS) + 2 * SLACK_MS;
/** For a network and 1,280 ends of connections, on a busy machine. */
const SET_UP_MS = 40_000;

const TITLE = `Outages that heal: idle ${idleMs} ms, interval ${intervalMs} ms, probes ${probes}, which ride out ${guaranteedMs} ms for certain`;

const isGuaranteed = (seconds: number): boolean => seconds * 1_000 <= guaranteedMs;
const GUARANTEED = SECONDS.filter(isGuaranteed);
const UNCERTAIN = SECONDS.filter((seconds) => !isGuaranteed(seconds));

describe('outages, which strike 40 connections each', () => {
  let outages: readonly Outage[] = [];

  beforeAll(
    async () => {
      const lengthsMs = [...SECONDS.map((seconds) => seconds * 1_000), Number.POSITIVE_INFINITY];
      if (inject('missing').length === 0) outages = await observeOutages(lengthsMs, LOOK_MS, inject('owner'));
    },
    SET_UP_MS + LEAD_MS + LOOK_MS,
  );

  function find(lengthMs: number): Outage | undefined {
    return outages.find((outage) => outage.lengthMs === lengthMs);
  }

  const lacking = `needs ${inject('missing').join(', ')}`;

  it.for(GUARANTEED)('L3: %d s, which are guaranteed, kill none of 40', (seconds, { skip }) => {
    const outage = find(seconds * 1_000) ?? skip(lacking);
    expect(probedIn(outage).length).toBeGreaterThanOrEqual(4); // else nothing was put to the test
    expect(ended(outage.fates)).toEqual([]);
    judgeSilence(outage);
  });

  it.for(UNCERTAIN)('L3: %d s may kill, but only as silent, after 15,000 ms of probes', (seconds, { skip }) => {
    const outage = find(seconds * 1_000) ?? skip(lacking);
    expect(
      ended(outage.fates).filter(({ end, unansweredMs, lostMs }) => {
        return end?.cause !== 'silent' || unansweredMs < WINDOW_MS - SLACK_MS - lostMs;
      }),
    ).toEqual([]);
    judgeSilence(outage);
  });

  it('L3: one for good is found by all 40 as silent, within the bound of 35,000 ms', ({ skip, task }) => {
    const outage = find(Number.POSITIVE_INFINITY) ?? skip(lacking);
    task.meta.figures = staircaseOf(TITLE, outages);
    expect(outage.fates.map(({ end }) => end?.cause)).toEqual(Array(40).fill('silent'));
    expect(Math.max(...outage.fates.map((fate) => lateMs(fate, outage)))).toBeLessThanOrEqual(SLACK_MS);
  });
});

function ended(fates: readonly Fate[]): readonly Fate[] {
  return fates.filter(({ end }) => end !== undefined);
}

/** How long after the bound it was judged. Stalls of the watcher excuse the peer for their time, and for its probes at most. */
function lateMs({ end, lostMs }: Fate, { struckAt }: Outage): number {
  const stallMs = end?.evidence.stallMs;
  const excuseMs = (stallMs === undefined ? 0 : stallMs + WINDOW_MS) + lostMs;
  return (end?.at ?? Number.POSITIVE_INFINITY) - struckAt - boundMs - excuseMs;
}

/** The rule behind the guarantee: who survives has heard nothing for as long as the outage, and for twice as long and an RTO at most. */
function judgeSilence(outage: Outage): void {
  const lastedMs = outage.healedAt - outage.struckAt;
  const longestMs = 2 * lastedMs + RTO_MS + SLACK_MS;
  const survivors = outage.fates.filter(({ end }) => end === undefined);
  for (const { load, silenceMs, unansweredMs } of survivors) {
    if (load === 'idle') expect(unansweredMs, load).toBeLessThanOrEqual(longestMs);
    else expect(silenceMs, load).toBeGreaterThanOrEqual(outage.lengthMs);
    if (load === 'busy') expect(silenceMs, load).toBeLessThanOrEqual(longestMs + WRITE_MS);
  }
}
