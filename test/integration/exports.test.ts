// What a package gives out at run time is what its report in `etc` lists. The types beside it are checked by `npm run api`.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** The entry points that are public, as the packages name them. */
const entryPoints = readdirSync(new URL('packages', root)).flatMap((folder) => {
  const { name, exports } = JSON.parse(read(`packages/${folder}/package.json`)) as { name: string; exports: object };
  return Object.keys(exports).map((subpath) => `${name}${subpath.slice(1)}`);
});

/** The sections of all reports: the entry point, and the names of its values. */
const reported = readdirSync(new URL('etc', root)).flatMap((file) => {
  const [, ...sections] = read(`etc/${file}`).split('\n## ');
  return sections.map((section) => {
    const [name = '', , values = ''] = section.split('\n');
    return [name, [...values.matchAll(/`(\w+)`/g)].map(([, value = '']) => value)] as const;
  });
});

describe('the public values', () => {
  it('are reported for 17 entry points: for all but the one that the packages share among themselves', () => {
    const names = reported.map(([name]) => name);
    expect(names).toHaveLength(17);
    expect(names.toSorted()).toEqual(entryPoints.filter((name) => name !== '@systole/core/internal').toSorted());
  });

  it.each(reported)('of %s are those that its report lists', async (name, values) => {
    expect(Object.keys((await import(name)) as object).toSorted()).toEqual(values.toSorted());
  });

  it('of server and client are one and the same thing for each of the 6 that have one name', async () => {
    const [server, client] = await Promise.all([import('@systole/server'), import('@systole/client')]);
    const names = ['CHANNELS', 'NotHandledError', 'OptionsError', 'PRESETS', 'SystoleError', 'describe'] as const;
    for (const name of names) expect(server[name]).toBe(client[name]);
    expect(Object.keys(server).filter((name) => name in client)).toHaveLength(names.length);
  });

  it('of both doors are one and the same token for each of the 4 parts', async () => {
    const [server, client] = await Promise.all([import('@systole/server/di'), import('@systole/client/di')]);
    for (const name of ['CLOCK', 'CODEC', 'LOGGER', 'RANDOM'] as const) expect(server[name]).toBe(client[name]);
  });

  it('do not bring tsyringe or reflect-metadata in, at 17 entry points', async () => {
    await Promise.all(reported.map(([name]) => import(name)));
    expect('getMetadata' in Reflect).toBe(false);
  });
});
