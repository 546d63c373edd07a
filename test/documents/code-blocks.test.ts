// Every fenced block of every document is what it says: code compiles and runs, commands exist, JSON parses, the rest is text.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf, flawOf } from './commands.ts';
import type { Block } from './markdown.ts';
import { allBlocks, blocksOf, documents, placeOf, read } from './markdown.ts';
import type { Compiled } from './program.ts';
import { compile, compiledFileOf, outputOf } from './program.ts';

const blocks = allBlocks();
const code = blocks.filter(({ language }) => language === 'ts' || language === 'js');
const alone = code.filter(({ says }) => !says.has('from'));
const quoted = code.filter(({ says }) => says.has('from'));
const outputs = blocks.filter(({ says }) => says.has('output'));

/** The languages that have a check below, or elsewhere, as `hex` has in the test of docs/PROTOCOL.md; or that are shown as they are. */
const LANGUAGES = /^(?:ts|js|json|sh|text|md|hex [\w-]+)$/;

/** What a comment above a block may say, and above which. */
const DIRECTIVES: Readonly<Record<string, RegExp>> = {
  from: /^(?:ts|js)$/,
  given: /^(?:ts|js)$/,
  run: /^(?:ts|js)$/,
  output: /^text$/,
};

/** An example without the comment at its head. */
function exampleOf(block: Block): string {
  return read(block.says.get('from') ?? '').replace(/^(?:\/\/.*\n)+\n/, '');
}

/** The code of which a block is the output: the one before it in its document. */
function codeOf(output: Block): Block | undefined {
  return blocks.findLast(({ document, line }) => document === output.document && line < output.line);
}

/** Those that run, and of which nothing is said but that they do. */
const silent = alone.filter((block) => block.says.has('run') && !outputs.some((output) => codeOf(output) === block));

let compiled: Compiled;

beforeAll(async () => {
  compiled = await compile(alone);
}, 60_000);

afterAll(() => rm(compiled.folder, { recursive: true, force: true }));

/** The program of a block that says that it runs, or of the example that it is from. */
function fileOf(block: Block): string {
  const example = block.says.get('from');
  return example?.replace(/^examples\/(.*)\.ts$/, 'examples/dist/$1.js') ?? compiledFileOf(compiled.folder, block);
}

describe('The blocks of all documents', () => {
  it('are found: more than 10 documents, more than 20 blocks of code, and some that run', () => {
    expect(documents).toEqual(
      expect.arrayContaining(['README.md', 'docs/INTEGRATION.md', 'packages/testing/README.md']),
    );
    expect(documents.length).toBeGreaterThan(10);
    expect(code.length).toBeGreaterThan(20);
    expect(outputs.length).toBeGreaterThan(1);
  });

  it('say in which language they are, and it is one that is checked', () => {
    expect(blocks.filter(({ language }) => !LANGUAGES.test(language)).map(placeOf)).toEqual([]);
  });

  it('have no comment above them that is none of the 4 directives, or stands above another language', () => {
    const wrong = blocks.filter(({ language, says }) =>
      [...says.keys()].some((word) => DIRECTIVES[word]?.test(language) !== true),
    );
    expect(wrong.map(placeOf)).toEqual([]);
  });

  it('compile as they stand, strictly, behind what they are given', () => {
    expect(compiled.complaints).toBe('');
  });

  it.each(quoted)('$document:$line is code of the example that it names', (block) => {
    expect(exampleOf(block)).toContain(block.text);
  });

  it.each(silent)('$document:$line runs, and ends with 0', async (block) => {
    await outputOf(fileOf(block));
  });

  it.each(outputs)('$document:$line is what the code before it prints', async (output) => {
    const source = codeOf(output);
    expect(source !== undefined && (source.says.has('run') || source.says.has('from'))).toBe(true);
    if (source !== undefined) expect(await outputOf(fileOf(source))).toBe(output.text);
  });

  it('are JSON where they say so', () => {
    for (const block of blocks.filter(({ language }) => language === 'json')) {
      expect(() => JSON.parse(block.text), placeOf(block)).not.toThrow();
    }
  });
});

describe('The commands of all documents', () => {
  it('name scripts, files and scenarios that exist, in blocks', () => {
    const shells = blocks.filter(({ language }) => language === 'sh');
    const commands = shells.flatMap((block) =>
      block.text.split('\n').flatMap((line) => commandsOf(line).map((command) => ({ place: placeOf(block), command }))),
    );
    expect(commands.length).toBeGreaterThan(10);
    const flaws = commands.map(({ place, command }) => ({ place, command, flaw: flawOf(command) }));
    expect(flaws.filter(({ flaw }) => flaw !== undefined)).toEqual([]);
  });

  it('name scripts, files and scenarios that exist, in running text', () => {
    const commands = documents.flatMap((document) =>
      [...read(document).matchAll(/`((?:npm (?:run|test)|npx|node|bash|python3) [^`\n]+)`/g)].flatMap(([, line = '']) =>
        commandsOf(line).map((command) => ({ document, command })),
      ),
    );
    expect(commands.length).toBeGreaterThan(40);
    const flaws = commands.map(({ document, command }) => ({ document, command, flaw: flawOf(command) }));
    expect(flaws.filter(({ flaw }) => flaw !== undefined)).toEqual([]);
  });

  it('are found wanting: a script, a file, a scenario, a tool and a package without a program', () => {
    expect(commandsOf('EXPLORE=far npx vitest && npm run no-such # and a comment')).toEqual([
      'EXPLORE=far npx vitest',
      'npm run no-such',
    ]);
    expect(flawOf('EXPLORE=far npx vitest run')).toBeUndefined();
    expect(flawOf('npm run no-such')).toBe('package.json has no script no-such');
    expect(flawOf('node examples/dist/no-such.js')).toBe('there is no examples/no-such.ts');
    expect(flawOf('npm run bench -- tepid')).toBe('bench has no scenario tepid');
    expect(flawOf('make')).toBe('nobody checks make');
    expect(flawOf('npx @systole/core')).toBe('no package here has @systole/core');
  });
});

describe('blocksOf', () => {
  it('reads 3 blocks with their languages, lines and comments, also indented and after comments over 2 lines', () => {
    const text = [
      'Text.',
      '<!-- given: declare const port: number;',
      'declare const host: string; -->',
      '<!-- run -->',
      '```ts',
      'port;',
      '```',
      '',
      '<!-- a comment with a gap -->',
      '',
      '  ```',
      '  ascii',
      '  ```',
      '<!-- output -->',
      '```text',
      '```',
    ].join('\n');
    expect(blocksOf('x.md', text)).toEqual([
      {
        ...{ document: 'x.md', line: 5, language: 'ts', text: 'port;\n' },
        says: new Map([
          ['given', 'declare const port: number;\ndeclare const host: string;'],
          ['run', ''],
        ]),
      },
      { document: 'x.md', line: 11, language: '', text: 'ascii\n', says: new Map() },
      { document: 'x.md', line: 14 + 1, language: 'text', text: '', says: new Map([['output', '']]) },
    ]);
  });
});
