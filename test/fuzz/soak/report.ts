/** A soak as people read it. */

import { formatTable } from '../../support/table.ts';
import type { Weight } from './gauge.ts';
import { GONE } from './ledger.ts';
import type { Phase, Score, Summary } from './summary.ts';

const MIB = 2 ** 20;

/** Three tables, and what was wrong. */
export function describeSummary(summary: Summary): string {
  const { calm, attack, before, last, scores, findings, disturbed, astray } = summary;
  const { letters } = summary.after.mood;
  const gone = summary.after.sight.ends[GONE];
  return [
    formatTable(
      [
        'lawful',
        'round trips',
        'p50 ms',
        'p99 ms',
        'max ms',
        'suspected',
        'loop p99 ms',
        'server loop p99 ms',
        'max ms',
      ],
      [rowOfPhase('calm', calm), rowOfPhase('attack', attack)],
    ),
    '',
    formatTable(
      ['server', 'heap MiB', 'buffers MiB', 'rss MiB', 'files'],
      [
        rowOfWeight('before', before),
        rowOfWeight('peak, with garbage', attack.sight.glance.peak),
        rowOfWeight('after', last),
      ],
    ),
    '',
    formatTable(['attack', 'tried', 'ended by the server as'], scores.map(rowOfScore)),
    ...(gone === undefined ? [] : [`gone before the server asked who they are: ${endsOf(gone)}`]),
    '',
    `logged: ${endsOf(summary.after.sight.lines)}`,
    `lawful sessions disturbed: ${disturbed}; letters astray: ${astray} of ${letters.sent + letters.handled}`,
    ...(findings.length === 0 ? ['ok'] : findings.map((finding) => `FAILED: ${finding}`)),
  ].join('\n');
}

function rowOfPhase(title: string, { mood, sight }: Phase): string[] {
  const { count, p50, p99, max } = mood.roundTrips;
  const { loopDelayP99Ms, loopDelayMaxMs } = sight.glance;
  const times = [mood.glance.loopDelayP99Ms, loopDelayP99Ms, loopDelayMaxMs];
  return [
    title,
    String(count),
    ...[p50, p99, max].map((ms) => ms.toFixed(1)),
    String(mood.suspicions),
    ...times.map((ms) => ms.toFixed(1)),
  ];
}

function rowOfWeight(title: string, { heap, external, rss, files }: Weight): string[] {
  return [title, ...[heap, external, rss].map((bytes) => (bytes / MIB).toFixed(1)), String(files)];
}

function rowOfScore({ name, tried, ends }: Score): string[] {
  return [name, String(tried), endsOf(ends)];
}

function endsOf(ends: Readonly<Record<string, number>>): string {
  return Object.entries(ends)
    .map(([end, count]) => `${end} ${count}`)
    .join(', ');
}
