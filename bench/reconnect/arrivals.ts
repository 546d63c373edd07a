/** How a fleet comes back over time. */

import { percentile } from '../support/statistics.ts';
import type { Return } from './clients.ts';

export const SLOT_MS = 100;

/** Times are milliseconds since the server was killed. */
export interface Arrivals {
  /** When the new server listened. */
  readonly listensAt: number;
  readonly back: number;
  /** Of them, those whose session went on; the others began a new one, as the server has forgotten theirs. */
  readonly resumed: number;
  /**
   * Those whose attempt was due in each slot of {@link SLOT_MS} from the kill on. Not those who were back in it: all of them share
   * one processor with each other here, and wait for it, as a fleet of machines does not.
   */
  readonly slots: readonly number[];
  /** The largest of them, as a share of all clients. */
  readonly maxSlotShare: number;
  readonly half: number;
  readonly p95: number;
  readonly last: number;
}

export function arrivalsOf(
  returns: readonly Return[],
  clients: number,
  { killedAt, listensAt }: { readonly killedAt: number; readonly listensAt: number },
): Arrivals {
  const times = returns.map(({ at }) => at - killedAt);
  const slots: number[] = [];
  for (const { dueAt } of returns) {
    const slot = Math.floor((dueAt - killedAt) / SLOT_MS);
    while (slots.length <= slot) slots.push(0);
    slots[slot] = (slots[slot] ?? 0) + 1;
  }
  return {
    listensAt: listensAt - killedAt,
    back: returns.length,
    resumed: returns.filter(({ isResumed }) => isResumed).length,
    slots,
    maxSlotShare: Math.max(0, ...slots) / clients,
    half: timeUntil(times, 0.5 * clients),
    p95: timeUntil(times, 0.95 * clients),
    last: timeUntil(times, clients),
  };
}

/** When so many are back; NaN if they never were. */
function timeUntil(times: readonly number[], count: number): number {
  return count > times.length ? Number.NaN : percentile(times, count / times.length);
}

/** A bar for each second. */
export function describeHistogram(title: string, { slots }: Arrivals, clients: number): string[] {
  const bars: string[] = [title];
  for (let first = 0; first < slots.length; first += SLOTS_OF_A_BAR) {
    const count = slots.slice(first, first + SLOTS_OF_A_BAR).reduce((sum, slot) => sum + slot, 0);
    const bar = '#'.repeat(Math.ceil((count * BAR_WIDTH) / clients));
    bars.push(
      `  ${((first * SLOT_MS) / 1_000).toFixed(0).padStart(3)} s ${String(count).padStart(6)} ${bar}`.trimEnd(),
    );
  }
  return bars;
}

const SLOTS_OF_A_BAR = 10;
/** Of all clients. */
const BAR_WIDTH = 80;
