// Links between the documents lead to files and headings that exist.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const documents = ['./', 'docs/', 'examples/', 'examples/python/', 'packages/testing/', 'test/vectors/'].flatMap(
  (folder) =>
    readdirSync(new URL(folder, root))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}${name}`),
);

/** The anchors that GitHub makes of the headings of a document. */
function anchorsOf(document: URL): string[] {
  return [...readFileSync(document, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Whether a link of a document leads somewhere. */
function leads(document: URL, link: string): boolean {
  const target = new URL(link, document);
  const anchor = target.hash.slice(1);
  target.hash = '';
  if (!existsSync(target)) return false;
  return anchor === '' || (statSync(target).isFile() && anchorsOf(target).includes(anchor));
}

describe('Links', () => {
  it('are looked for in README, ARCHITECTURE and all in docs/', () => {
    expect(documents).toEqual(expect.arrayContaining(['./README.md', './ARCHITECTURE.md', 'docs/TUNING.md']));
  });

  it.each(documents)('of %s lead to files and headings that exist', (name) => {
    const document = new URL(name, root);
    const links = [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(
      ([, link = '']) => link,
    );
    expect(links.filter((link) => !leads(document, link))).toEqual([]);
  });
});
