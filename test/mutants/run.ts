/** Plants one bug after the other in a copy of the house, and tells what became of each. */

import { performance } from 'node:perf_hooks';
import type { Bug } from './bug.ts';
import { HouseCopy } from './house-copy.ts';
import { findRot } from './rot.ts';
import type { Outcome } from './trial.ts';
import { tryMutant, tryTests } from './trial.ts';

/** What became of one mutant, or that its bug cannot exist here. */
export type Finding = { readonly id: string; readonly name: string; readonly story: string } & (
  | ({ readonly title: string; readonly ms: number } & Outcome)
  | { readonly outcome: 'absent'; readonly why: string }
);

/** What became of all of them. */
export interface Summary {
  /** Whether every mutant was killed. */
  readonly ok: boolean;
  readonly bugs: number;
  readonly killed: number;
  readonly survived: number;
  readonly broken: number;
  /** Bugs that cannot exist here. */
  readonly absent: number;
  readonly ms: number;
}

/** The tests cannot judge: the zoo has rotted, or they fail without any bug. */
export class NoVerdictError extends Error {
  override readonly name: string = 'NoVerdictError';
}

/** Whom a run tells. */
export interface RunListener {
  /** A sentence about what goes on. */
  note(text: string): void;
  finding(finding: Finding): void;
}

/** @throws NoVerdictError, before anything was planted. */
export async function run(bugs: readonly Bug[], root: string, listener: RunListener): Promise<Summary> {
  const beganAt = performance.now();
  const rot = findRot(bugs, root);
  if (rot.length > 0) throw new NoVerdictError(`the zoo does not fit the code:\n${rot.join('\n')}`);
  const copy = new HouseCopy(root);
  try {
    const findings = await findAll(bugs, copy, listener);
    const count = (outcome: Finding['outcome']): number =>
      findings.filter((finding) => finding.outcome === outcome).length;
    const [killed, survived, broken, absent] = [count('killed'), count('survived'), count('broken'), count('absent')];
    const ms = Math.round(performance.now() - beganAt);
    return { ok: survived + broken === 0, bugs: bugs.length, killed, survived, broken, absent, ms };
  } finally {
    copy.remove();
  }
}

async function findAll(bugs: readonly Bug[], copy: HouseCopy, listener: RunListener): Promise<Finding[]> {
  const tests = [...new Set(bugs.flatMap(({ mutants }) => mutants.flatMap((mutant) => mutant.tests)))];
  if (tests.length > 0) await checkSound(copy, tests, listener);
  const findings: Finding[] = [];
  const tell = (finding: Finding): void => {
    findings.push(finding);
    listener.finding(finding);
  };
  for (const { id, name, story, mutants, absence } of bugs) {
    if (absence !== undefined) tell({ id, name, story, outcome: 'absent', why: absence });
    for (const mutant of mutants) {
      const beganAt = performance.now();
      const outcome = await tryMutant(copy, mutant);
      tell({ id, name, story, title: mutant.title, ms: Math.round(performance.now() - beganAt), ...outcome });
    }
  }
  return findings;
}

/** A test that fails without a bug tells nothing about one. */
async function checkSound(copy: HouseCopy, tests: readonly string[], listener: RunListener): Promise<void> {
  listener.note(`without any bug, ${tests.length} test files must pass`);
  const sound = await tryTests(copy, tests);
  if (sound.outcome === 'survived') return;
  const why = sound.outcome === 'killed' ? `${sound.file}: ${sound.test}` : sound.why;
  throw new NoVerdictError(`the tests fail without any bug: ${why}`);
}
