/** What was measured of fleets, for people. */

import { percentile, summarize } from '../../support/statistics.ts';
import { formatTable } from '../../support/table.ts';
import type { Trial } from './trial.ts';

/** A line of the table. */
interface Figure {
  readonly title: string;
  readonly of: (trial: Trial) => number;
  readonly digits: number;
}

/** Microseconds of processor time for a heartbeat. */
export function cpuOfHeartbeat({ cpuMs, heartbeats }: Trial): number {
  return (1_000 * cpuMs) / heartbeats;
}

/** The same for all heartbeats of one session. */
export function cpuOfSession({ cpuMs, sessions }: Trial): number {
  return (1_000 * cpuMs) / sessions;
}

const FIGURES: readonly Figure[] = [
  { title: 'heartbeats of a session', of: ({ heartbeats, sessions }) => heartbeats / sessions, digits: 1 },
  { title: 'cpu us a heartbeat', of: cpuOfHeartbeat, digits: 2 },
  { title: 'wall us a heartbeat', of: ({ wallMs, heartbeats }) => (1_000 * wallMs) / heartbeats, digits: 2 },
  { title: 'cpu us a session', of: cpuOfSession, digits: 1 },
  { title: 'liveness state of a session, bytes', of: ({ bytes }) => bytes, digits: 0 },
  { title: 'worst turn, ms', of: ({ worstTurnMs }) => worstTurnMs, digits: 1 },
  { title: 'deaths', of: ({ deaths }) => deaths, digits: 0 },
  { title: 'found', of: ({ found }) => found, digits: 0 },
  { title: 'found after, s: median', of: ({ detectionMs }) => percentile(detectionMs, 0.5) / 1_000, digits: 1 },
  { title: 'found after, s: at most', of: ({ detectionMs }) => percentile(detectionMs, 1) / 1_000, digits: 2 },
];

/** A table: the few, and the many. */
export function describeTrials(few: readonly Trial[], many: Trial): string {
  const nameOf = (trial: Trial | undefined): string => (trial?.sessions ?? 0).toLocaleString('en');
  return formatTable(
    ['sessions', nameOf(few[0]), nameOf(many)],
    FIGURES.map(({ title, of, digits }) => {
      const { median, min, max } = summarize(few.map(of));
      const spread = `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
      return [title, min === max ? median.toFixed(digits) : spread, of(many).toFixed(digits)];
    }),
  );
}
