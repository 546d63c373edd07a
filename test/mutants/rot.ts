/** Finds what has rotted in the zoo: a bug whose place is gone from the source proves nothing any more. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bug, Change, Mutant } from './bug.ts';

/** Everything that does not fit the house at `root`, a sentence each; none if all is well. */
export function findRot(zoo: readonly Bug[], root: string): string[] {
  return zoo.flatMap((bug) => [
    ...rotOfBug(bug),
    ...bug.mutants.flatMap((mutant) => rotOfMutant(mutant, root).map((rot) => `${bug.id}, ${mutant.title}: ${rot}`)),
  ]);
}

function rotOfBug({ id, mutants, absence }: Bug): string[] {
  if (mutants.length === 0 && absence === undefined)
    return [`${id} has neither a mutant nor a reason why it cannot exist`];
  if (mutants.length > 0 && absence !== undefined) return [`${id} has a mutant and a reason why it cannot exist`];
  return [];
}

function rotOfMutant({ changes, tests }: Mutant, root: string): string[] {
  const missing = tests.filter((file) => !existsSync(join(root, file))).map((file) => `there is no test ${file}`);
  if (changes.length === 0) missing.push('it changes nothing');
  if (tests.length === 0) missing.push('no test is expected to find it');
  return [...missing, ...changes.flatMap((change) => rotOfChange(change, root))];
}

function rotOfChange({ file, from }: Change, root: string): string[] {
  const path = join(root, file);
  if (!existsSync(path)) return [`there is no ${file}`];
  const count = readFileSync(path, 'utf8').split(from).length - 1;
  return count === 1
    ? []
    : [`${file} has ${count} times what is to be replaced, where it must be once: ${JSON.stringify(from)}`];
}
