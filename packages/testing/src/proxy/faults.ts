/** What can be done to a connection, or to all of them at once. */

import { checkOptions, integerSchema } from '@systole/core/internal';
import * as v from 'valibot';
import { type Condition, conditionSchema } from './condition.ts';
import type { Toward } from './direction.ts';

/** How a stream ends: orderly, or not. */
export type Ending = 'fin' | 'reset';

/**
 * Faults: one lasting {@link Condition} for each direction, and acts, which happen once. An act is the proxy's own doing, at the
 * receiver's end of a direction: it comes through whatever the condition, and only the receiver learns of it.
 *
 * All throw an `OptionsError` that lists everything wrong with the arguments, before anything is done.
 */
export interface Faults {
  /** Sets the condition of one direction, or of both, from now on. */
  set(condition: Condition, direction?: Toward): void;
  /**
   * FIN, now: the receiver sees the end of the stream, without what was still on its way. What the sender still sends in this direction vanishes;
   * the other direction goes on.
   */
  fin(direction?: Toward): void;
  /**
   * RST, now. With one direction only its receiver is reset, and the sender is not told: what it sends vanishes, and it
   * hears nothing, as of a peer whose host has restarted behind a firewall.
   */
  reset(direction?: Toward): void;
  /** So many more bytes pass; then the direction ends as with {@link fin} (the default) or {@link reset}. */
  truncate(bytes: number, direction?: Toward, ending?: Ending): void;
}

/** The valibot schema of a {@link Toward}. */
export const towardSchema: v.GenericSchema = v.optional(
  v.picklist(['toServer', 'toClient', 'both'], "'toServer', 'toClient' or 'both'"),
);
/** The valibot schema of an {@link Ending}. */
export const endingSchema: v.GenericSchema = v.optional(v.picklist(['fin', 'reset'], "'fin' or 'reset'"));

/** @throws OptionsError that lists every problem. */
export function checkSet(condition: unknown, direction: unknown): void {
  checkOptions({ condition: conditionSchema, direction: towardSchema }, { condition, direction });
}

/** @throws OptionsError */
export function checkAct(direction: unknown): void {
  checkOptions({ direction: towardSchema }, { direction });
}

/** @throws OptionsError that lists every problem. */
export function checkTruncate(bytes: unknown, direction: unknown, ending: unknown): void {
  const entries = { bytes: integerSchema(0, Number.MAX_SAFE_INTEGER), direction: towardSchema, ending: endingSchema };
  checkOptions(entries, { bytes, direction, ending });
}
