/** What a test has measured beyond the rows of faults: a small table of its own, for people and for documents. */

export interface Figures {
  readonly title: string;
  /** The names of the columns, no two alike. */
  readonly head: readonly string[];
  /** As many cells each as there are columns. */
  readonly rows: readonly (readonly string[])[];
}

declare module 'vitest' {
  interface TaskMeta {
    /** What this test has measured. */
    figures?: Figures;
  }
}
