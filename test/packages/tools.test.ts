// That the tools find what is wrong with a package, and that we hear of it.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attw, complaintsOf, knip, publint } from './tools.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TIMEOUT_MS = 60_000;
const RIGHT = {
  ...{ name: '@systole/planted', version: '1.0.0', license: 'MIT', type: 'module', files: ['dist'] },
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'systole-planted-'));
  add('dist/index.js', 'export const one = 1;\n');
  add('dist/index.d.ts', 'export declare const one = 1;\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

function add(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function pack(manifest: object): string {
  add('package.json', JSON.stringify(manifest));
  execFileSync('npm', ['pack', '--ignore-scripts', '--no-update-notifier', '--loglevel=error'], { cwd: folder });
  return join(folder, 'systole-planted-1.0.0.tgz');
}

describe('publint and attw', { timeout: TIMEOUT_MS }, () => {
  it('are content with a package of one module and its types', async () => {
    const tarball = pack(RIGHT);
    expect(await complaintsOf(publint(tarball), ROOT)).toEqual([]);
    expect(await complaintsOf(attw(tarball), ROOT)).toEqual([]);
  });

  it('publint complains of a file that is not there', async () => {
    const exports = { ...RIGHT.exports, './di': { types: './dist/index.d.ts', default: './dist/di.js' } };
    const complaints = await complaintsOf(publint(pack({ ...RIGHT, exports })), ROOT);
    expect(complaints.join()).toContain('dist/di.js but the file does not exist');
  });

  it('publint complains also where it merely suggests: of a repository that npm would have to mend', async () => {
    const complaints = await complaintsOf(publint(pack({ ...RIGHT, repository: 'https://example.org/x' })), ROOT);
    expect(complaints.join()).toContain('repository');
  });

  it('attw complains of a subpath without types', async () => {
    const exports = { ...RIGHT.exports, './di': { default: './dist/other.js' } };
    add('dist/other.js', 'export const two = 2;\n');
    const complaints = await complaintsOf(attw(pack({ ...RIGHT, exports })), ROOT);
    expect(complaints.join()).toContain('No types');
  });
});

it('knip complains of a file, an export and a dependency that nobody uses', { timeout: TIMEOUT_MS }, async () => {
  add('package.json', JSON.stringify({ ...RIGHT, main: 'src/index.js', dependencies: { unheard: '1.0.0' } }));
  add('src/index.js', "import { two } from './two.js'; console.log(two);\n");
  add('src/two.js', 'export const two = 2;\nexport const three = 3;\n');
  add('src/alone.js', 'export const four = 4;\n');
  const tool = knip();
  const [complaint = ''] = await complaintsOf({ ...tool, args: [...tool.args, '--directory', folder] }, ROOT);
  expect(complaint).toMatch(/src\/alone\.js/);
  expect(complaint).toMatch(/three +src\/two\.js/);
  expect(complaint).toMatch(/unheard +package\.json/);
});
