/** What the fuzzer calls a failure. */

/**
 * - `crash`: an exception that nobody promised.
 * - `hang`: a run that takes too much of the processor's time.
 * - `growth`: memory, or a queue, beyond its bound.
 * - `unexplained`: a state or an outcome that the rules do not allow.
 */
export type FailureKind = 'crash' | 'hang' | 'growth' | 'unexplained';

/** See the head of the file. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, text: string) {
    super(text);
    this.kind = kind;
  }
}

/** Whatever was thrown, as a failure. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('crash', thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown));
}

/** @throws Failure of the kind `unexplained` unless it holds. */
export function expect(holds: boolean, text: string | (() => string)): asserts holds {
  if (!holds) throw new Failure('unexplained', typeof text === 'string' ? text : text());
}
