// examples/with-a-container.ts runs, and ends by itself.

import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../examples/dist/with-a-container.js', import.meta.url));

it('examples/with-a-container.ts has 2 answers, and a child container that logs for itself', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 10_000 });
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => !/^(house|child):/.test(line))).toEqual([
    'the server answered { heard: { temperature: 21 } }',
    'the same client when asked again: true',
    'the server answered { heard: { temperature: 22 } }',
  ]);
  expect(lines.filter((line) => line.startsWith('child:'))).toEqual(['child: connected', 'child: disconnected']);
  expect(lines.at(-1)).toBe('house: closed');
});
