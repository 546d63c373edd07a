// The README tells the truth: its tables name what exists, all of it. (That its code runs, code-blocks.test.ts knows.)

import { readFileSync } from 'node:fs';
import { CHANNELS } from '@systole/core/node';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = read('../../README.md');

describe('README.md', () => {
  it('has at most 300 lines', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(300);
  });

  it('tells in its first 50 lines what this is, the 2 commands to try it, and shows the program of 20 lines', () => {
    const screen = readme.split('\n').slice(0, 50).join('\n');
    for (const part of [
      'heartbeat',
      'npm run demo',
      'npm test',
      'from: examples/server-and-client.ts',
      'await client.send(',
    ]) {
      expect(screen).toContain(part);
    }
  });

  it('lists every cause that exists', () => {
    const union = /export type Cause =([^;]*);/.exec(read('../../packages/core/src/words/cause.ts'))?.[1] ?? '';
    const causes = [...union.matchAll(/\| '([\w-]+)'/g)].map(([, cause]) => cause ?? '');
    expect(causes.length).toBe(21);
    const table = readme.slice(readme.indexOf('## Causes'), readme.indexOf('## Not yet'));
    expect(causes.filter((cause) => !table.includes(`\`${cause}\``))).toEqual([]);
  });

  it('lists every event that is published', () => {
    const table = readme.slice(readme.indexOf('## Events'), readme.indexOf('## Causes'));
    expect(Object.keys(CHANNELS).filter((event) => !table.includes(`\`${event}\``))).toEqual([]);
  });

  it('lists every option that there is', () => {
    const names = [
      'core/src/rules/options.ts',
      'core/src/node/parts.ts',
      'client/src/options.ts',
      'server/src/options.ts',
    ]
      .map((path) => read(`../../packages/${path}`))
      .flatMap((source) => [...source.matchAll(/interface (?:\w+Options)[^{]*\{([\s\S]*?)\n\}/g)])
      .flatMap(([, body]) => [...(body ?? '').matchAll(/^ {2}readonly (\w+)\?/gm)])
      .map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(25);
    const section = readme.slice(readme.indexOf('## Options'), readme.indexOf('## Events'));
    expect(names.filter((name) => !new RegExp(`[\`{ ]${name}\\b`).test(section))).toEqual([]);
  });
});
