/** What a scenario is. */

import type { Target } from './targets.ts';

/** What a scenario has measured. */
export interface Outcome {
  /** Whether its own check holds, beside its targets. Default: true. */
  readonly passed?: boolean;
  /** Those that these figures can judge. They are printed below the text, and beside the results. */
  readonly targets?: readonly Target[];
  /** For machines. */
  readonly results: object;
  /** For people. */
  readonly text: string;
}

/** One thing to measure. */
export interface Scenario {
  /** One line for the list. */
  readonly summary: string;
  /** Its flags with their defaults, a line each. */
  readonly flags: string;
  /**
   * Reads its flags, and returns how to run it.
   *
   * @throws Error that says which flag is wrong.
   */
  prepare(args: readonly string[]): () => Promise<Outcome>;
  /** Puts what this command line has printed where `--write` wants it. Default: into docs/PERFORMANCE.md. */
  readonly write?: (command: string, printed: string) => Promise<void>;
}
