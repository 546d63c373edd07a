/** What a bug of the zoo is, and where it would sit in this code. */

/** A text of the source that is replaced; it must be there exactly once. */
export interface Change {
  /** From the root of the house. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** One way in which a bug could be in this code. */
export interface Mutant {
  /** What is wrong. */
  readonly title: string;
  readonly changes: readonly Change[];
  /** Test files, from the root of the house; in one of them a test must fail. */
  readonly tests: readonly string[];
}

/** A bug that somebody really had. */
export interface Bug {
  /** Its number in the zoo, such as `M9`; `S3` for the one behind a story. */
  readonly id: string;
  readonly name: string;
  /** Where its story is told. */
  readonly story: string;
  /** None where it cannot exist here. */
  readonly mutants: readonly Mutant[];
  /** Why it cannot exist here, where that is so. */
  readonly absence?: string;
}
