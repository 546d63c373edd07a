// The README tells the truth: its code is an example that runs, its tables name what exists.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CHANNELS } from '@systole/core/node';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = read('../../README.md');

describe('README.md', () => {
  it('shows the code of examples/server-and-client.ts, line by line', () => {
    const example = read('../../examples/server-and-client.ts').replace(/^(\/\/.*\n)+\n/, '');
    expect(example).toContain('createServer');
    expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  });

  it('shows code that runs, and ends with 2 goodbyes', async () => {
    const program = fileURLToPath(new URL('../../examples/dist/server-and-client.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 10_000 });
    expect(stdout.trim().split('\n')).toEqual([
      'client: connected, a dead server is found within 7000 ms',
      'client: the server answered { heard: { temperature: 21 } }',
      'server: the client is gone: closed-by-peer',
    ]);
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
