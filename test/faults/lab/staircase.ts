/** What outages of rising length do to connections, as a table: TCP's doubling back-off makes stairs of it. */

import type { Figures } from './figures.ts';
import type { Fate, Manner } from './outage-ends.ts';
import type { Outage } from './outage-observation.ts';

const HEAD = [
  'outage',
  'lasted',
  'busy: silence, median',
  'busy: silence, max',
  'busy: alive',
  'fresh: alive',
  'idle: probed in it',
  'idle: unanswered, median',
  'idle: unanswered, max',
  'idle: alive',
] as const;

export function staircaseOf(title: string, outages: readonly Outage[]): Figures {
  return { title, head: HEAD, rows: outages.map(rowFor) };
}

/** Those of the connections of one kind. */
function fatesOf({ fates }: Outage, load: Manner['load']): readonly Fate[] {
  return fates.filter((fate) => fate.load === load);
}

/** Idle connections whose longest wait began with a probe that the outage swallowed. */
export function probedIn(outage: Outage): readonly Fate[] {
  const { struckAt, healedAt } = outage;
  return fatesOf(outage, 'idle').filter(({ askedAt }) => askedAt >= struckAt && askedAt <= healedAt);
}

function rowFor(outage: Outage): readonly string[] {
  const busy = fatesOf(outage, 'busy').map(({ silenceMs }) => silenceMs);
  const probed = probedIn(outage).map(({ unansweredMs }) => unansweredMs);
  return [
    Number.isFinite(outage.lengthMs) ? `${outage.lengthMs / 1_000} s` : 'for good',
    Number.isFinite(outage.healedAt) ? `${((outage.healedAt - outage.struckAt) / 1_000).toFixed(2)} s` : '-',
    seconds(median(busy)),
    seconds(Math.max(...busy)),
    alive(fatesOf(outage, 'busy')),
    alive(fatesOf(outage, 'fresh')),
    `${probed.length} of ${fatesOf(outage, 'idle').length}`,
    seconds(median(probed)),
    seconds(Math.max(...probed)),
    alive(fatesOf(outage, 'idle')),
  ];
}

function alive(fates: readonly Fate[]): string {
  return `${fates.filter(({ end }) => end === undefined).length} of ${fates.length}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
