/** The documents of this house, and the fenced blocks in them. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Of a file below the root. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every Markdown file that git has, or would take: nobody has to remember to add one to a list. */
export const documents: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md', ':!etc/*.api.md'], // the report of the public surface shows no code
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)))
  .toSorted();

/** A fenced block. */
export interface Block {
  readonly document: string;
  /** That of its opening fence; 1 for the first. */
  readonly line: number;
  /** What stands behind the fence; empty where nothing does. */
  readonly language: string;
  readonly text: string;
  /** What the comments right above it say, by their first word: `<!-- given: declare const port: number -->`, `<!-- run -->`. */
  readonly says: ReadonlyMap<string, string>;
}

/** Such as `docs/TUNING.md:23`. */
export function placeOf({ document, line }: Block): string {
  return `${document}:${line}`;
}

/** In their order. */
export function blocksOf(document: string, text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent = '', fence, language = ''] = /^( *)(`{3,}|~{3,})\s*(.*)$/.exec(lines[index] ?? '') ?? [];
    if (fence === undefined) continue;
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    if (end < 0) throw new Error(`${document}:${index + 1}: the block does not end`);
    const inside = lines
      .slice(index + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const says = commentsAbove(lines, index);
    blocks.push({ document, line: index + 1, language, text: inside.map((line) => `${line}\n`).join(''), says });
    index = end;
  }
  return blocks;
}

/** The words of the comments that stand without a gap above a line, over however many lines. */
function commentsAbove(lines: readonly string[], index: number): Map<string, string> {
  const gap = lines.slice(0, index).findLastIndex((line) => line.trim() === '' || /^ *(?:`{3}|~{3})/.test(line));
  const above = lines.slice(gap + 1, index).join('\n');
  return new Map(
    [...above.matchAll(/^ *<!--\s*([\w-]+):?\s*([\s\S]*?)\s*-->/gm)].map(([, word = '', rest = '']) => [word, rest]),
  );
}

/** Of all documents. */
export function allBlocks(): Block[] {
  return documents.flatMap((document) => blocksOf(document, read(document)));
}
