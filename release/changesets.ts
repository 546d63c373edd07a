/** What changesets knows: which changes wait for a release, and which version they make. */

import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { show, tell } from './commands.ts';

const cli = join(dirname(createRequire(import.meta.url).resolve('@changesets/cli/package.json')), 'bin.js');

/** Changes that wait. */
export interface Pending {
  /** Names of their files, without folder and ending. */
  readonly ids: readonly string[];
  /** The version that they make; undefined if there are none that any package feels. */
  readonly version: string | undefined;
}

interface Status {
  readonly changesets: readonly { readonly id: string }[];
  readonly releases: readonly { readonly type: string; readonly newVersion: string }[];
}

/** The packages that `.changeset/config.json` gives one version together. */
export function readFixedGroup(root: string): string[] {
  const { fixed = [] } = JSON.parse(readFileSync(join(root, '.changeset/config.json'), 'utf8')) as {
    fixed?: string[][];
  };
  return fixed.flat();
}

/** Which changes wait in a clone on its main branch. */
export function readPending(clone: string): Pending {
  const file = 'changeset-status.json';
  tell(clone, process.execPath, cli, 'status', '--output', file);
  const { changesets, releases } = JSON.parse(readFileSync(join(clone, file), 'utf8')) as Status;
  rmSync(join(clone, file));
  return { ids: changesets.map(({ id }) => id), version: releases.find(({ type }) => type !== 'none')?.newVersion };
}

/** Turns the changes that wait into versions and change logs. */
export function applyPending(root: string): void {
  show(root, process.execPath, cli, 'version');
}
