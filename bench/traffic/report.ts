/** Comparisons of traffic, for people; and how a scenario that makes them runs. */

import type { Outcome } from '../support/scenario.ts';
import type { Summary } from '../support/statistics.ts';
import { formatTable } from '../support/table.ts';
import type { Target } from '../support/targets.ts';
import type { Comparison, Contenders } from './comparison.ts';
import { burstMsOf, compareTraffic } from './comparison.ts';
import type { TrafficFlags } from './load.ts';
import { describeLoad } from './load.ts';

/** Of the longest title, so that the tables stand in line. */
const TITLE_WIDTH = '100 x 64 KiB, depth 64'.length;

/** `title` says what the messages are. A message that is lost, or not as it was sent, fails it. */
export async function runTraffic(
  title: string,
  contenders: Contenders,
  flags: TrafficFlags,
  targetsOf: (comparison: Comparison) => readonly Target[],
): Promise<Outcome> {
  const burstMs = burstMsOf(contenders, flags);
  const [floor = ''] = Object.keys(contenders);
  const setting = { ...flags, burstMs, floor };
  try {
    const comparisons = await compareTraffic(contenders, flags);
    const text = [
      `${title}, ${flags.rounds} rounds of ${burstMs} ms each: medians.`,
      `server, client: processor time of that process, in microseconds a message. x: as a multiple of ${floor}'s in the same round.`,
      'Every message was whole, in order, and answered once.',
      '',
      comparisons.map((comparison) => describeComparison(floor, comparison)).join('\n\n'),
    ].join('\n');
    return { text, targets: comparisons.flatMap(targetsOf), results: { ...setting, comparisons } };
  } catch (error) {
    const { message } = error as Error;
    return { passed: false, text: `FAILS: ${message}`, results: { ...setting, failure: message } };
  }
}

function describeComparison(floor: string, { load, standings }: Comparison): string {
  return formatTable(
    [describeLoad(load).padEnd(TITLE_WIDTH), 'messages/s', 'x', 'spread', 'server us', 'x', 'spread', 'client us'],
    Object.entries(standings).map(([name, standing]) => [
      name,
      Math.round(standing.messagesPerSecond.median).toLocaleString('en'),
      standing.rateOfFloor.median.toFixed(2),
      name === floor ? '' : spreadOf(standing.rateOfFloor),
      standing.serverMicros.median.toFixed(2),
      standing.cpuOfFloor.median.toFixed(2),
      name === floor ? '' : spreadOf(standing.cpuOfFloor),
      standing.clientMicros.median.toFixed(2),
    ]),
  );
}

function spreadOf({ min, max }: Summary): string {
  return `${min.toFixed(2)} to ${max.toFixed(2)}`;
}
