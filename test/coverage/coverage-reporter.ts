/** What the tests have run of each package, told when a run that measures it is over. */

import type { Reporter } from 'vitest/node';

/** How much was run of how much there is. */
interface Share {
  readonly covered: number;
  readonly total: number;
  /** Rounded down to two digits, so that 100 means all. */
  readonly percent: number;
}

/** Of a package. */
export interface Shares {
  readonly lines: Share;
  readonly branches: Share;
}

/** What vitest hands on without a type: the map of istanbul, by file. */
export interface CoverageMap {
  files(): readonly string[];
  fileCoverageFor(file: string): { toSummary(): Readonly<Record<keyof Shares, Omit<Share, 'percent'>>> };
}

/** Gives on what was run of each package, by its name. */
export class CoverageReporter implements Reporter {
  readonly #tell: (packages: ReadonlyMap<string, Shares>) => void;

  constructor(tell: (packages: ReadonlyMap<string, Shares>) => void = print) {
    this.#tell = tell;
  }

  onCoverage(coverage: unknown): void {
    this.#tell(sharesOf(coverage as CoverageMap));
  }
}

/** Added up by package, in the order of their names. */
export function sharesOf(coverage: CoverageMap): ReadonlyMap<string, Shares> {
  const packages = new Map<string, Shares>();
  for (const file of [...coverage.files()].sort()) {
    const [, name] = /\/packages\/([^/]+)\/src\//.exec(file) ?? [];
    if (name === undefined) throw new Error(`${file} is not a source of a package`);
    const { lines, branches } = coverage.fileCoverageFor(file).toSummary();
    const before = packages.get(name);
    packages.set(name, { lines: sum(lines, before?.lines), branches: sum(branches, before?.branches) });
  }
  return packages;
}

function sum(one: Omit<Share, 'percent'>, other = { covered: 0, total: 0 }): Share {
  const [covered, total] = [one.covered + other.covered, one.total + other.total];
  return { covered, total, percent: total === 0 ? 100 : Math.floor((10_000 * covered) / total) / 100 };
}

/** A line for each package. */
export function formatShares(packages: ReadonlyMap<string, Shares>): string {
  const show = ({ percent }: Share): string => percent.toFixed(2).padStart(6);
  return [...packages]
    .map(
      ([name, { lines, branches }]) => `${name.padEnd(8)}${show(lines)} % of lines,${show(branches)} % of branches\n`,
    )
    .join('');
}

function print(packages: ReadonlyMap<string, Shares>): void {
  process.stdout.write(`\nThe tests run of packages/\n${formatShares(packages)}\n`);
}
