/** The networks of the simulation. */

import type { Scenario } from './setting.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The round trips are 0.3, 90, 110 and 110 ms. */
export const SCENARIOS = {
  dataCentre: {
    title: 'data centre: 0.001 % loss',
    path: { delayMs: 0.1, jitterMs: 0.05, loss: 0.000_01 },
  },
  wan: {
    title: 'WAN: 0.4 % loss, an outage of 5 s each 6 h',
    path: { delayMs: 40, jitterMs: 5, loss: 0.004, outage: { everyMs: 6 * HOUR, meanMs: 5 * SECOND } },
  },
  mobile: {
    title: 'mobile: bursts of 30 % loss, an outage of 3 s each 15 min',
    path: {
      delayMs: 40,
      jitterMs: 15,
      loss: 0.001,
      burst: { everyMs: 20 * SECOND, meanMs: SECOND, loss: 0.3 },
      outage: { everyMs: 15 * MINUTE, meanMs: 3 * SECOND },
    },
  },
  bufferbloat: {
    title: 'bufferbloat: 50 ms to 1.5 s',
    path: {
      delayMs: 50,
      jitterMs: 5,
      loss: 0.001,
      bloat: { everyMs: MINUTE, meanMs: 20 * SECOND, delayMs: 1_450, loss: 0.02 },
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
