/** Before the first test and after the last: whoever cleans up, come what may. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { markFor, unmarked } from './marked.ts';

export function setup(): () => Promise<void> {
  markFor(process.pid);
  const program = fileURLToPath(new URL('../../dist/faults/lab/janitor.js', import.meta.url));
  const janitor = spawn(process.execPath, [program, String(process.pid)], {
    detached: true,
    env: unmarked(),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  janitor.unref(); // it waits for us, and not we for it
  return async () => {
    janitor.ref();
    const exited = once(janitor, 'exit');
    janitor.stdin?.end('done');
    await exited;
  };
}
