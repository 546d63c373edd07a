// The README's tables tell the same defaults as the docstrings that an editor shows.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const FILES = ['core/src/rules/keepalive', 'core/src/rules/options', 'core/src/node/socket-options'];
const sources = [...FILES, 'server/src/options', 'client/src/options']
  .map((file) => read(`packages/${file}.ts`))
  .join();

/** What the docstrings of options of this name say behind `Default: `. */
function documented(option: string): string[] {
  const comments = sources.matchAll(new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n  readonly ${option}\\?:`, 'g'));
  return [...comments].map(([, comment = '']) => / Default: (.*)$/s.exec(comment.replace(/\n *\*/g, ''))?.[1] ?? '');
}

const tables = read('README.md')
  .split('\n\n')
  .filter((block) => block.startsWith('| option |'))
  .join('\n');

/** The options of the tables with their defaults; several in a row have as many, or one for all. */
const rows = [...tables.matchAll(/^\| (`\w[\w.]*`(?:, `\w+`)*) \|(?:[^|]*\|)?? ([^|]+) \| [^|]+ \|$/gm)].flatMap(
  ([, names = '', defaults = '']) => {
    const options = [...names.matchAll(/`(?:\w+\.)?(\w+)`/g)].map(([, option = '']) => option);
    const each = options.length === 1 ? [defaults] : defaults.split(', ');
    return options.map((option, at) => [option, each[at] ?? defaults] as const);
  },
);

/** Not the parts, which have a word each; not what is needed, or said with the name of what it is half of. */
const told = rows.filter(
  ([option, value]) => !/^(logger|clock|codec|random|addresses)$/.test(option) && value !== 'half of it',
);

it('the README has the defaults of at least 35 options', () => {
  expect(told.length).toBeGreaterThanOrEqual(35);
});

it.each(told)('%s is %s by default in the README and in its 1 docstring', (option, value) => {
  expect(documented(option).map((text) => text.slice(0, value.length))).toContain(value);
});
