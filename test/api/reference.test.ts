// The reference is made of all that is public, and of nothing else.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sourceOf } from '../support/sources.ts';

const root = new URL('../../', import.meta.url);

function read<Content>(path: string): Content {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Content;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly types: string }>>;
}

/** Each public entry point: as it is imported, what was built for it, and of what. */
const entryPoints = readdirSync(new URL('packages', root)).flatMap((folder) => {
  const { name, exports } = read<Manifest>(`packages/${folder}/package.json`);
  const points = Object.entries(exports).map(([subpath, { types }]) => {
    return {
      name: `${name}${subpath.slice(1)}`,
      built: new URL(types, new URL(`packages/${folder}/`, root)),
      source: new URL(sourceOf(types), new URL(`packages/${folder}/`, root)),
    };
  });
  return points.filter((point) => point.name !== '@systole/core/internal');
});

it('the reference has the 17 public entry points and no other', () => {
  const files = read<{ readonly entryPoints: readonly string[] }>('tools/typedoc.json').entryPoints;
  expect(files).toHaveLength(17);
  const found = files.map((file) => new URL(file, new URL('tools/', root)).href);
  expect(found.toSorted()).toEqual(entryPoints.map(({ built }) => built.href).toSorted());
});

it.each(entryPoints)('$name is called so in the reference, after 1 tag in its file', ({ name, source }) => {
  const text = readFileSync(source, 'utf8');
  expect([...text.matchAll(/^ \* @module (.*)$/gm)].map(([, module]) => module)).toEqual([name]);
});
