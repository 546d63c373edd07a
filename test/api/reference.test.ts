// The reference is made of all that is public, and of nothing else.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

function read<Content>(path: string): Content {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Content;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly '@systole/source': string }>>;
}

/** Each public entry point: as it is imported, and the file that it is. */
const entryPoints = readdirSync(new URL('packages', root)).flatMap((folder) => {
  const { name, exports } = read<Manifest>(`packages/${folder}/package.json`);
  const points = Object.entries(exports).map(([subpath, { '@systole/source': source }]) => {
    return { name: `${name}${subpath.slice(1)}`, file: `packages/${folder}/${source.slice(2)}` };
  });
  return points.filter((point) => point.name !== '@systole/core/internal');
});

it('the reference has the 17 public entry points and no other', () => {
  const files = read<{ readonly entryPoints: readonly string[] }>('tools/typedoc.json').entryPoints;
  expect(files).toHaveLength(17);
  expect(files.toSorted()).toEqual(entryPoints.map(({ file }) => `../${file}`).toSorted());
});

it.each(entryPoints)('$name is called so in the reference, after 1 tag in its file', ({ name, file }) => {
  const source = readFileSync(new URL(file, root), 'utf8');
  expect([...source.matchAll(/^ \* @module (.*)$/gm)].map(([, module]) => module)).toEqual([name]);
});
