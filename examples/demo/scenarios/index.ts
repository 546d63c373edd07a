/** All scenarios, in the order in which they are shown. */

import type { Scenario } from '../scenario.ts';
import { frozenBriefly } from './frozen-briefly.ts';
import { frozenForGood } from './frozen-for-good.ts';
import { goodbye } from './goodbye.ts';
import { killed } from './killed.ts';
import { ownLoopBlocked } from './own-loop-blocked.ts';
import { reset } from './reset.ts';
import { serverRestart } from './server-restart.ts';

export const SCENARIOS: readonly Scenario[] = [
  frozenForGood,
  frozenBriefly,
  killed,
  reset,
  goodbye,
  serverRestart,
  ownLoopBlocked,
];
