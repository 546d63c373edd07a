/** A fault as a suite: one test, and one row of the table, for each end and load that is told of it. */

import { beforeAll, describe, inject, it } from 'vitest';
import type { DialPlan } from './dial-observation.ts';
import { observeDialling } from './dial-observation.ts';
import type { Observation, Subject, Told } from './judge.ts';
import { formatTold, judge, rowOf } from './judge.ts';
import type { Load } from './links.ts';
import { HANDSHAKE_MS } from './links.ts';
import type { Plan } from './observation.ts';
import { LOOK_MS, observe } from './observation.ts';
import type { Row } from './row.ts';

/** For a network, its programs and their handshakes, and a fault that takes its time, on a busy machine. */
const SET_UP_MS = 30_000;

type BySide<Of> = Readonly<Partial<Record<Row['side'], Of>>>;

/** What must be told, by end and load; what is left out is not looked at. */
type ToldByLoad = BySide<Readonly<Partial<Record<Load, Told>>>>;

/** A fault of established connections. */
export function scenario(fault: string, { told, ...plan }: Plan & { readonly told: ToldByLoad }): void {
  const look = (owner: number): Promise<Observation> => observe(plan, sidesOf(told), owner);
  suite(fault, told, look, plan.lookMs ?? LOOK_MS);
}

/** A fault that keeps a connection from being established. */
export function dialScenario(fault: string, { told, ...plan }: DialPlan & { readonly told: BySide<Told> }): void {
  const byLoad = Object.fromEntries(sidesOf(told).map((side) => [side, { dialling: told[side] }])) as ToldByLoad;
  const look = (owner: number): Promise<Observation> => observeDialling(plan, sidesOf(told), owner);
  suite(fault, byLoad, look, HANDSHAKE_MS);
}

function sidesOf(told: BySide<unknown>): Row['side'][] {
  return Object.keys(told) as Row['side'][];
}

function suite(fault: string, told: ToldByLoad, look: (owner: number) => Promise<Observation>, lookMs: number): void {
  describe(fault, () => {
    let observation: Observation | undefined;
    beforeAll(async () => {
      if (inject('missing').length === 0) observation = await look(inject('owner'));
    }, lookMs + SET_UP_MS);

    for (const side of sidesOf(told)) {
      for (const [load, expected] of Object.entries(told[side] ?? {}) as [Load, Told][]) {
        const subject: Subject = { fault, side, load };
        it(formatTold(subject, expected), ({ skip, task }) => {
          if (observation === undefined) return skip(`needs ${inject('missing').join(', ')}`);
          task.meta.row = rowOf(subject, observation, expected);
          judge(subject, observation, expected);
        });
      }
    }
  });
}
