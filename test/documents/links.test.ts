// Links between the documents lead to files and headings that exist.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documents } from './markdown.ts';

const root = new URL('../../', import.meta.url);

/** The anchors that GitHub makes of the headings of a document. */
function anchorsOf(document: URL): string[] {
  return [...readFileSync(document, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Those within this house. */
function linksOf(document: URL): string[] {
  return [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
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
  it('are looked for in more than 10 documents, and found in more than 5 of them', () => {
    expect(documents.length).toBeGreaterThan(10);
    expect(documents.filter((name) => linksOf(new URL(name, root)).length > 0).length).toBeGreaterThan(5);
  });

  it.each(documents)('of %s lead to files and headings that exist', (name) => {
    const document = new URL(name, root);
    expect(linksOf(document).filter((link) => !leads(document, link))).toEqual([]);
  });
});
