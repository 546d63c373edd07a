/** What the detector has to reach, and whether it does. Chance is not held against it: what is missed is missed by two sigma. */

import type { Standing, Standings } from './measure.ts';
import { ratioOf } from './ratio.ts';
import type { ScenarioName } from './scenarios.ts';

/** `open`: too little has happened to tell. */
export interface Target {
  readonly text: string;
  readonly status: 'reached' | 'missed' | 'open';
}

/** Mistakes a day that a deadline of 12 to 16 s and a heartbeat a second may make. */
const LIMITS: Readonly<Partial<Record<ScenarioName, number>>> = { wan: 0.8, mobile: 4.5 };

/** How many more mistakes our own stalls may make us make. */
const MAX_MORE_BY_STALLS = 0.05;
/** With fewer, a share of 5 % is less than chance. */
const ENOUGH_MISTAKES = 100;

/** Sigmas that are no chance any more. */
const SURE = 2;

/** All targets that bear on one scenario. */
export function targetsOf(scenario: ScenarioName, { ours, equalTraffic, frequent }: Standings): Target[] {
  const [standard, ...others] = ours as [Standing, ...Standing[]];
  const beating = others.filter(({ name }) => name.startsWith('Systole, beating'));
  const limit = LIMITS[scenario];
  return [
    ...(limit === undefined ? [] : beating.map((standing) => staysBelow(standing, limit))),
    isNotWorse(standard, equalTraffic, frequent),
    ...ours.filter(({ calm }) => calm.ledger.mistakes >= ENOUGH_MISTAKES).map(standsStalls),
  ];
}

function staysBelow({ name, calm: { ledger } }: Standing, limit: number): Target {
  const days = ledger.batches.length;
  const sigma = Math.sqrt(ledger.mistakes) / days;
  const rate = ledger.mistakes / days;
  const text = `${name}: ${rate.toFixed(2)} +- ${sigma.toFixed(2)} mistakes a day, at most ${limit}`;
  return { text, status: statusOf(rate - limit, sigma) };
}

function isNotWorse(ours: Standing, equal: Standing, frequent: Standing): Target {
  const days = ours.calm.ledger.batches.length;
  const [our, its, often] = [ours, equal, frequent].map(({ calm }) => calm.ledger.mistakes) as [number, number, number];
  const text =
    `${ours.name}: ${our} mistakes; ${equal.name}, of equal T_D and traffic: ${its} ` +
    `(of equal T_D and ${Math.round(ours.everyMs / frequent.everyMs)} times the heartbeats: ${often})`;
  return { text, status: statusOf((our - its) / days, Math.sqrt(our + its) / days) };
}

function standsStalls({ name, calm, stalling }: Standing): Target {
  const countsOf = ({ ledger }: Standing['calm']): number[] => ledger.batches.map(({ mistakes }) => mistakes);
  const { value, sigma } = ratioOf(countsOf(stalling), countsOf(calm));
  const more = 100 * (value - 1);
  const text = `${name}, stalling each minute: ${more.toFixed(1)} +- ${(100 * sigma).toFixed(1)} % more mistakes, at most 5`;
  return { text, status: statusOf(value - 1 - MAX_MORE_BY_STALLS, sigma) };
}

/** Of what should not be above 0. */
function statusOf(excess: number, sigma: number): Target['status'] {
  if (excess <= 0) return 'reached';
  return excess > SURE * sigma ? 'missed' : 'open';
}
