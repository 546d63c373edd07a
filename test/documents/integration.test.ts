// docs/INTEGRATION.md tells the truth: its code compiles as it stands, or is that of an example that runs.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const document = readFileSync(join(root, 'docs/INTEGRATION.md'), 'utf8');

/** A block of code, and the example that it is said to be from. */
interface Block {
  readonly example: string | undefined;
  readonly code: string;
}

const blocks: readonly Block[] = [...document.matchAll(/(?:<!-- (\S+) has this code -->\n)?```ts\n([\s\S]*?)```/g)].map(
  ([, example, code = '']) => ({ example, code }),
);

describe('docs/INTEGRATION.md', () => {
  it('shows the code of examples as they have it', () => {
    const shown = blocks.filter(({ example }) => example !== undefined);
    expect(shown.map(({ example }) => example)).toEqual(['examples/own-transport.ts', 'examples/udp.ts']);
    for (const { example = '', code } of shown) expect(readFileSync(join(root, example), 'utf8')).toContain(code);
  });

  it('shows code that compiles as it stands, without any', { timeout: 60_000 }, async () => {
    // In the tests' own folder, where a module finds what tests may import.
    const folder = await mkdtemp(join(root, 'test/dist/integration-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const alone = blocks.filter(({ example }) => example === undefined);
    expect(alone.length).toBeGreaterThan(5);
    const files = alone.map((_, index) => `block-${index + 1}.ts`);
    await Promise.all(alone.map(({ code }, index) => writeFile(join(folder, files[index] ?? ''), code)));
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUnusedLocals: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});
