// What is in the READMEs of the 5 packages, which are all that strangers may have at hand.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readmeOf = (folder: string): string => read(`packages/${folder}/README.md`);

/** As the table of causes begins its rows: one cause or several. */
const causesIn = (text: string): string[] =>
  [...text.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
    cell.replaceAll('`', '').split(', '),
  );

const ALL_CAUSES = [
  ...(/export type Cause =([^;]*);/.exec(read('packages/core/src/words/cause.ts'))?.[1] ?? '').matchAll(
    /^ {2}\| '([\w-]+)'$/gm,
  ),
].map(([, cause = '']) => cause);

const sectionOf = (text: string, heading: string): string =>
  new RegExp(`\\n## ${heading}\\n(.*?)(?=\\n## |$)`, 's').exec(text)?.[1] ?? '';

describe.each(readdirSync(new URL('../../packages', import.meta.url)))('The README of @systole/%s', (folder) => {
  const text = readmeOf(folder);

  it('has at most 140 lines', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(140);
  });

  it('tells how to install it, and shows a program that imports it', () => {
    expect(text).toMatch(new RegExp(`^npm install (--save-dev )?@systole/${folder}$`, 'm'));
    expect(/```ts\n(.*?)```/s.exec(text)?.[1]).toContain(`from '@systole/${folder}'`);
  });

  it('speaks of each of its subpaths', () => {
    const { exports } = JSON.parse(read(`packages/${folder}/package.json`)) as { exports: object };
    for (const subpath of Object.keys(exports)) expect(text).toContain(`@systole/${folder}${subpath.slice(1)}`);
  });

  it('has no link to a file, as there is none beside it', () => {
    expect([...text.matchAll(/\]\((?!https?:)([^)]*)\)/g)].map(([, link]) => link)).toEqual([]);
  });

  it('names only documents that the repository has', () => {
    const named = [...text.matchAll(/`((?:docs|examples)\/[\w./-]+|[A-Z]+\.md)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(0);
    for (const path of named) expect(read(path).length).toBeGreaterThan(0);
  });
});

describe('The causes', () => {
  it('are all 21 in the READMEs of server and client, in the same words', () => {
    const section = sectionOf(readmeOf('server'), 'Causes');
    expect(sectionOf(readmeOf('client'), 'Causes')).toBe(section);
    expect(ALL_CAUSES).toHaveLength(21);
    expect(causesIn(section).toSorted()).toEqual(ALL_CAUSES.toSorted());
  });

  it('are causes in that of watch', () => {
    const named = causesIn(sectionOf(readmeOf('watch'), 'Events'));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((cause) => !ALL_CAUSES.includes(cause))).toEqual([]);
  });
});
