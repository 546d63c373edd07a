/** One column of an experiment's table: what one side was told, line by line, and what is to be closed when the trial is over. */

export class Column {
  readonly #lines: string[] = [];
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];
  #isOver = false;

  /** What was told so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Tells one event, now. */
  tell(line: string): void {
    if (!this.#isOver) this.#lines.push(line);
  }

  /** Does this when the trial is over, whichever way: what came last goes first. */
  atEnd(close: () => Promise<unknown> | unknown): void {
    this.#closers.push(close);
  }

  /** Ends all that belongs to this side; what that causes is not told any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const close of this.#closers.reverse()) await close();
  }
}
