/** Makes a version of the changesets that wait: in the working tree, for somebody to look at and commit. */

import { applyPending, readPending } from './changesets.ts';
import { install, linesOf, show, tell } from './commands.ts';
import { cloneOf } from './fresh-clone.ts';

/** Does it, unless something stands in the way: that is the result. */
export function prepare(root: string): string[] {
  const dirty = linesOf(tell(root, 'git', 'status', '--porcelain')).map((line) => `Not committed: ${line}`);
  if (dirty.length > 0) return dirty;
  const { ids, version } = readPending(cloneOf(root));
  if (version === undefined) return ['No changeset waits for a release.'];
  applyPending(root);
  install(root); // the lock-file has the versions, too
  show(root, 'git', 'status', '--short');
  console.log(`\nThis is ${version}, of ${ids.join(', ')}. Look at it, and commit it as "Release ${version}".`);
  return [];
}
