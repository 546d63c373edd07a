/**
 * A clone of what is committed, in a temporary directory: a release is made there, so that no file can get into it which is stale,
 * ignored or of this machine alone, and no step of it can leave anything behind.
 */

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { tell } from './commands.ts';

/** The branch that is released, and that changesets compares with. */
export const MAIN = 'main';

/** Makes one, whose branch is called main whatever it is called here; it is gone when the process has exited. The result is its root. */
export function cloneOf(root: string): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'systole-release-')));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const clone = join(directory, 'house');
  tell(root, 'git', 'clone', '--quiet', root, clone);
  tell(clone, 'git', 'switch', '--quiet', '--force-create', MAIN);
  return clone;
}
