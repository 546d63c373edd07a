/** Parts of documents that a command writes: what lies between its two marks. */

import { readFile, writeFile } from 'node:fs/promises';

function marksOf(command: string): readonly [begin: string, end: string] {
  return [`<!-- begin: ${command} -->`, `<!-- end: ${command} -->`];
}

/** @throws Error if the text has no marks of this command. */
export function putBetweenMarks(text: string, command: string, content: string): string {
  const [begin] = marksOf(command);
  const [before, after] = around(text, command);
  return `${before}${begin}\n\n${content}\n\n${after}`;
}

/** @throws Error if the text has no marks of this command. */
export function betweenMarks(text: string, command: string): string {
  const [begin] = marksOf(command);
  const [before, after] = around(text, command);
  return text.slice(before.length + begin.length, text.length - after.length).trim();
}

/** What stands before the first mark, and from the second one on. */
function around(text: string, command: string): readonly [before: string, after: string] {
  const [begin, end] = marksOf(command);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no marks of \`${command}\` to write between`);
  return [text.slice(0, from), text.slice(to)];
}

/** A document, by its path below the root. */
export function readDocument(path: string): Promise<string> {
  return readFile(urlOf(path), 'utf8');
}

/** @throws Error if the document has no marks of this command. */
export async function writeBetweenMarks(path: string, command: string, content: string): Promise<void> {
  await writeFile(urlOf(path), putBetweenMarks(await readDocument(path), command, content));
}

/** From the folder of the compiled program, which has one more level than its source's. */
function urlOf(path: string): URL {
  return new URL(`../../../${path}`, import.meta.url);
}
