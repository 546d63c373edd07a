/** Before the first scenario and after the last: what is missing here, and whoever cleans up, come what may. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
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

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const lacking = await missing();
  project.provide('missing', lacking);
  project.provide('owner', process.pid);
  if (lacking.length > 0) {
    process.stderr.write(`The fault laboratory needs ${lacking.join(', ')}: its tests are skipped.\n`);
    return undefined;
  }
  await sweep(); // of runs that were killed together with their janitor
  const janitor = startJanitor();
  return async () => {
    janitor.ref();
    const exited = once(janitor, 'exit');
    janitor.stdin?.end('done');
    await exited;
  };
}

function startJanitor(): ChildProcess {
  const program = fileURLToPath(new URL('../../dist/faults/lab/janitor.js', import.meta.url));
  const janitor = spawn(process.execPath, [program, String(process.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  janitor.unref(); // it waits for us, and not we for it
  return janitor;
}
