/** Before the first scenario: what is missing here. */

import process from 'node:process';
import type { TestProject } from 'vitest/node';
import { sweep } from './namespaces.ts';
import { missing } from './requirements.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the machine lacks: see `missing`. */
    missing: readonly string[];
    /** The main process of this run. */
    owner: number;
  }
}

export async function setup(project: TestProject): Promise<void> {
  const lacking = await missing();
  project.provide('missing', lacking);
  project.provide('owner', process.pid);
  if (lacking.length > 0) {
    process.stderr.write(`The fault laboratory needs ${lacking.join(', ')}: its tests are skipped.\n`);
    return;
  }
  await sweep(); // of runs that were killed together with their janitor
}
