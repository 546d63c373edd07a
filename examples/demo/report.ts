/** What a report of the demo is told: the scenarios in turn, the lines of each, its verdict, and all verdicts. */

import type { Scenario, Verdict } from './scenario.ts';
import type { Line } from './stage.ts';

/** Prints the demo for somebody. */
export interface Report {
  begin(): void;
  scenario(scenario: Scenario): void;
  line(line: Line): void;
  verdict(verdict: Verdict): void;
  end(verdicts: readonly Verdict[], tookMs: number): void;
}
