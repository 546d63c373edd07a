/** What a scenario has to reach, and whether it does. */

/** One figure, and what it may be. */
export interface Target {
  /** What the figure is of, with its unit. */
  readonly what: string;
  /** NaN, of which nothing is known, does not hold. */
  readonly figure: number;
  readonly limit: number;
  readonly side: 'at most' | 'at least';
  readonly holds: boolean;
  /**
   * Whether it is a promise, which is kept on a busy machine as well: a command fails when it does not hold. A target of
   * speed fails it only with `--strict`.
   */
  readonly isPromise: boolean;
}

export function atMost(what: string, figure: number, limit: number): Target {
  return { what, figure, limit, side: 'at most', holds: figure <= limit, isPromise: false };
}

export function atLeast(what: string, figure: number, limit: number): Target {
  return { what, figure, limit, side: 'at least', holds: figure >= limit, isPromise: false };
}

/** The same, as a promise. */
export function promised(target: Target): Target {
  return { ...target, isPromise: true };
}

/** Whether a command that has measured these ends well. */
export function areKept(targets: readonly Target[], isStrict: boolean): boolean {
  return targets.every(({ holds, isPromise }) => holds || !(isPromise || isStrict));
}

/** A line for people. */
export function describeTarget({ what, figure, limit, side, holds, isPromise }: Target): string {
  const verdict = holds ? 'holds' : isPromise ? 'FAILS' : 'misses';
  return `${verdict.padEnd(7)}${what}: ${show(figure)}, ${side} ${show(limit)}`;
}

/** Three digits: a ratio just above its limit shall not look like it. */
function show(number: number): string {
  if (Number.isInteger(number) || Math.abs(number) >= 100) return Math.round(number).toLocaleString('en');
  return number.toFixed(Math.abs(number) < 1 ? 3 : Math.abs(number) < 10 ? 2 : 1);
}
