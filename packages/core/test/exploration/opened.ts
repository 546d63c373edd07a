/** The machines' real source with its private names opened, so that a state of theirs can be copied and compared. */

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Exchange } from '../../src/machines/exchange.ts';

/** A text of the source that is replaced; it must be there exactly once. */
export interface Change {
  /** Below `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What is explored. */
export interface Machines {
  readonly Exchange: typeof Exchange;
}

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
const ENTRY = 'machines/exchange.ts';

/** Sizes made small, so that every way to cut a message and to run out of credit fits into a few bytes. No rule depends on them. */
const SMALL: readonly Change[] = [
  { file: 'rules/cost.ts', from: 'MESSAGE_COST = 128', to: 'MESSAGE_COST = 1' },
  {
    file: 'rules/limits.ts',
    from: 'MAX_FRAGMENT_BYTES: number = MAX_FRAME_BYTES - 64',
    to: 'MAX_FRAGMENT_BYTES: number = 1',
  },
  { file: 'rules/limits.ts', from: 'MIN_FRAGMENT_BYTES = 1_024', to: 'MIN_FRAGMENT_BYTES = 1' },
  { file: 'rules/cost.ts', from: 'UNTOLD_BYTES = 32_768', to: 'UNTOLD_BYTES = 3' },
];

/** The machines of delivery. */
export async function openMachines(changes: readonly Change[] = []): Promise<Machines> {
  return (await open([ENTRY], [...SMALL, ...changes])) as Machines;
}

/** Loads files and all that they import, afresh; returns what the files export. Production code needs no door for tests. */
export async function open(entries: readonly string[], changes: readonly Change[]): Promise<object> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'systole-opened-')));
  try {
    const files = new Set<string>();
    for (const entry of entries) writeOpened(directory, entry, changes, files);
    for (const { file } of changes) if (!files.has(file)) throw new Error(`${file} is changed, and never loaded`);
    const opened = {};
    for (const entry of entries) {
      Object.assign(opened, await import(/* @vite-ignore */ pathToFileURL(join(directory, entry)).href));
    }
    return opened;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The file, and all that it imports. */
function writeOpened(directory: string, file: string, changes: readonly Change[], written: Set<string>): void {
  if (written.has(file)) return;
  written.add(file);
  let text = readFileSync(join(SOURCE, file), 'utf8');
  for (const change of changes) if (change.file === file) text = replaceOnce(text, change);
  const target = join(directory, file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text.replace(/#([a-z]\w*)/gi, '_$1'));
  for (const [, path = ''] of text.matchAll(/^import (?!type).* from '(\..*)';$/gm)) {
    writeOpened(directory, join(dirname(file), path), changes, written);
  }
}

function replaceOnce(text: string, { file, from, to }: Change): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times what is to be changed: ${from}`);
  return parts.join(to);
}
