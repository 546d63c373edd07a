/** What a scenario is. */

/** What a scenario has measured. */
export interface Outcome {
  /** Whether its own check holds. */
  readonly passed: boolean;
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
}
