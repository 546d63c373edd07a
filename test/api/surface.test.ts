// The report of the public surface tells each change of it, and the flaws that it must not have are found where they are planted.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { flawsOf } from '../../tools/api/flaws.ts';
import { reportOf } from '../../tools/api/report.ts';
import type { Reading } from '../../tools/api/surface.ts';
import { entryPointsOf, readSurfaces } from '../../tools/api/surface.ts';
import { undocumentedOf } from '../../tools/api/undocumented.ts';

type Files = Readonly<Record<string, string>>;

/** What a package gives out whose declarations are these. Each file but the first is a subpath; `node_modules` is what it depends on. */
async function read(files: Files): Promise<Reading> {
  const folder = await mkdtemp(join(tmpdir(), 'surface-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const points = Object.keys(files).filter((file) => !file.startsWith('node_modules') && !file.startsWith('inner'));
  const exports = points.map((file, at) => [at === 0 ? '.' : `./${file.replace('.d.ts', '')}`, { types: `./${file}` }]);
  const manifest = JSON.stringify({ name: 'planted', type: 'module', exports: Object.fromEntries(exports) });
  for (const [file, text] of Object.entries({ ...files, 'package.json': manifest })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return readSurfaces(entryPointsOf(folder));
}

async function report(files: Files): Promise<string> {
  return reportOf('planted', await read(files));
}

/** Without the places, which are in a folder for the time being. */
async function flaws(files: Files): Promise<string[]> {
  return flawsOf('planted', await read(files)).map((flaw) => flaw.replace(/^planted: (.*) \(.*\)$/, '$1'));
}

/** What the report says of one entry point, between its fences. */
function codeOf(text: string): string {
  return /```ts\n(.*?)```/s.exec(text)?.[1] ?? '';
}

describe('the report', () => {
  it('has the 5 kinds of names with their types, and neither comments nor what is private', async () => {
    const text = await report({
      'index.d.ts': `
        /** Said elsewhere. */
        export interface Options { /** In ms. */ readonly idle?: number; }
        export type Name = 'a' | 'b';
        export declare class Thing { #private; private hidden(): void; constructor(name: Name); }
        export declare function make(options: Options): Thing;
        export declare const LIMIT: 4;
      `,
    });
    expect(text).toContain('Values: `LIMIT`, `Thing`, `make`\n');
    expect(codeOf(text).split('\n')).toEqual([
      'export const LIMIT: 4;',
      "export type Name = 'a' | 'b';",
      'export interface Options {',
      '    readonly idle?: number;',
      '}',
      'export class Thing {',
      '    constructor(name: Name);',
      '}',
      'export function make(options: Options): Thing;',
      '',
    ]);
  });

  it('changes with 1 letter of a type, with 1 that becomes optional, and with 1 that is there at run time no more', async () => {
    const of = (text: string): Promise<string> =>
      report({ 'index.d.ts': text, 'inner.d.ts': 'export declare class A {}' });
    const first = await of("export interface Options { readonly idle: number } export { A } from './inner.js';");
    expect(await of("export interface Options { readonly idel: number } export { A } from './inner.js';")).not.toBe(
      first,
    );
    expect(await of("export interface Options { readonly idle?: number } export { A } from './inner.js';")).not.toBe(
      first,
    );
    expect(
      await of("export interface Options { readonly idle: number } export type { A } from './inner.js';"),
    ).not.toBe(first);
    expect(
      await of("export { A } from './inner.js';  /** New words. */ export interface Options { readonly idle: number }"),
    ).toBe(first);
  });

  it('says of a name that 2 entry points give out where it is at home, and declares it once', async () => {
    const text = await report({
      'index.d.ts': 'export interface Options { readonly idle: number }',
      'other.d.ts': "export type { Options } from './index.js';",
    });
    expect(text.match(/interface Options/g)).toHaveLength(1);
    expect(text).toContain(
      "## planted/other\n\nNo values.\n\n```ts\nexport type {\n    Options,\n} from 'planted';\n```\n",
    );
  });
});

describe('a surface without a flaw', () => {
  it('has 0 of them, whatever Node and TypeScript declare, and whatever is private', async () => {
    const text = `
      export interface Options { readonly at: Date; readonly list: Promise<ReadonlyArray<unknown>>; readonly unit: \`\${number}s\` }
      export declare class Thing<Value extends object> { #value; private any: any; constructor(value: Value); next(options: Options): Value }
    `;
    expect(await flaws({ 'index.d.ts': text })).toEqual([]);
  });
});

describe('any', () => {
  it.each([
    ['said of a field', 'export interface A { readonly b: any }', 'any in A.b is any'],
    ['deep in a type', 'export type A = ReadonlyMap<string, (b: { c: any[] }) => void>;', 'any in A.b.c is any'],
    ['left out', 'export interface A { b(c): void }', 'c in A.b is any'],
    ['of what cannot be found', "export type A = import('nowhere').B;", "import('nowhere').B in A is any"],
    [
      'by default of a type argument',
      'export interface A { b(): AsyncIterableIterator<string> }',
      'AsyncIterableIterator<string> in A.b has a type argument that is any',
    ],
  ])('that is %s is found', async (_title, text, flaw) => {
    expect(await flaws({ 'index.d.ts': text })).toContainEqual(flaw);
  });

  it('is found 2 declarations away from what is exported', async () => {
    const files = {
      'index.d.ts':
        "import type { B } from './inner.js'; export type { B, C } from './inner.js'; export interface A { readonly b: B }",
      'inner.d.ts': 'export interface B { readonly c: C } export interface C { readonly d: any }',
    };
    expect(await flaws(files)).toEqual(['any in C.d is any']);
  });
});

describe('a type of another library', () => {
  it('is found, with the name of 1 library, be it without any', async () => {
    const files = {
      'index.d.ts': "import type { Schema } from 'valibot'; export declare const schema: Schema;",
      'node_modules/valibot/package.json': '{ "name": "valibot", "types": "./index.d.ts" }',
      'node_modules/valibot/index.d.ts': 'export interface Schema { readonly kind: string }',
    };
    expect(await flaws(files)).toEqual(['Schema in schema is a type of valibot']);
  });
});

describe('a type that nobody can import', () => {
  const inner = 'export interface B { readonly c: string }';

  it('is found, unless 1 entry point of the package gives it out', async () => {
    const index = "import type { B } from './inner.js'; export interface A { readonly b: B }";
    expect(await flaws({ 'index.d.ts': index, 'inner.d.ts': inner })).toEqual(['B is needed, and not exported']);
    const other = { 'other.d.ts': "export type { B } from './inner.js';" };
    expect(await flaws({ 'index.d.ts': index, 'inner.d.ts': inner, ...other })).toEqual([]);
  });

  it('is no flaw in the constructor of 1 class that is given out as a type only', async () => {
    const thing = `${inner} export declare class Thing { constructor(b: B) }`;
    const of = (word: string): Promise<string[]> =>
      flaws({ 'index.d.ts': `export ${word} { Thing } from './inner.js';`, 'inner.d.ts': thing });
    expect(await of('')).toEqual(['B is needed, and not exported']);
    expect(await of('type')).toEqual([]);
  });
});

describe('a docstring', () => {
  it('is missed at 1 interface, 1 of its fields, and 1 function', async () => {
    const reading = await read({
      'index.d.ts': `
        export interface Bare {
          /** In ms. */
          readonly idle: number;
          readonly mute: boolean;
        }
        export declare function act(): void;
      `,
    });
    expect(undocumentedOf('planted', reading)).toEqual([
      'planted: Bare has no docstring',
      'planted: Bare.mute has no docstring',
      'planted: act has no docstring',
    ]);
  });

  it('is asked to tell the default of 1 option that may be left out', async () => {
    const reading = await read({
      'index.d.ts': `
        /** Options. */
        export interface IdleOptions {
          /** In ms. */
          readonly idle?: number;
          /** In ms. Default: 5. */
          readonly interval?: number;
          /** How many. */
          readonly probes: number;
        }
      `,
    });
    expect(undocumentedOf('planted', reading)).toEqual(['planted: IdleOptions.idle does not tell its default']);
  });

  it('is asked neither of 5 things that speak for themselves, nor of what inherits it', async () => {
    const reading = await read({
      'index.d.ts': `
        /** Base. */
        export interface Base {
          /** Does. */
          act(): void;
        }
        /** Thing. */
        export declare class Thing implements Base {
          #own;
          readonly type: 'thing';
          protected inner: string;
          constructor(size: number);
          act(): void;
          [Symbol.dispose](): void;
        }
      `,
    });
    expect(undocumentedOf('planted', reading)).toEqual([]);
  });
});
