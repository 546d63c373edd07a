// docs/ERRORS.md has a heading for each error code and for each cause, and no other; each says what to do.

import { readFileSync } from 'node:fs';
import { SystoleError } from '@systole/core';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The members of a union of strings, as its source lists them. */
function membersOf(path: string, name: string): string[] {
  const [, union = ''] = new RegExp(`^export type ${name} =([^;]*);`, 'm').exec(read(path)) ?? [];
  return [...union.matchAll(/^ {2}\| '([\w-]+)'$/gm)].map(([, member = '']) => member);
}

const codes = membersOf('../../packages/core/src/words/errors.ts', 'ErrorCode');
const causes = membersOf('../../packages/core/src/words/cause.ts', 'Cause');

/** What stands below each heading of a level, by its heading. */
function sectionsOf(text: string, level: '##' | '###'): [heading: string, body: string][] {
  const [, ...sections] = text.split(new RegExp(`^${level} `, 'm'));
  return sections.map((section) => {
    const end = section.indexOf('\n');
    return [section.slice(0, end), section.slice(end).trim()];
  });
}

const [errorPart = '', causePart = ''] = read('../../docs/ERRORS.md').split('\n## Causes\n');
const errorSections = sectionsOf(errorPart, '##');
const causeSections = sectionsOf(causePart, '###');

describe('docs/ERRORS.md', () => {
  it('has a heading for each of the error codes, and no other', () => {
    expect(codes.length).toBeGreaterThan(15);
    expect(errorSections.map(([heading]) => heading).toSorted()).toEqual(codes.toSorted());
  });

  it('has a heading for each of the 21 causes, and no other', () => {
    expect(causes).toHaveLength(21);
    expect(causeSections.map(([heading]) => heading).toSorted()).toEqual(causes.toSorted());
  });

  it.each(errorSections)('says whose fault %s is, as the code does', (code, body) => {
    const { fault } = new SystoleError(code as SystoleError['code'], '');
    expect(body.startsWith(`*Fault: ${fault}.* `)).toBe(true);
  });

  it.each([...errorSections, ...causeSections])('says first what %s means, and then one cure', (_heading, body) => {
    const [meaning = '', cure = '', ...more] = body.split('*Cure:* ');
    expect(meaning.replace(/^\*Fault: \w+\.\*/, '').trim().length).toBeGreaterThan(30);
    expect(cure.trim()).not.toBe('');
    expect(more).toEqual([]);
  });
});
