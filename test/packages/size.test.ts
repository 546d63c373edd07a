// How the sizes of packages are taken and judged, and that the command prints them.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Brought, Company } from './lock.ts';
import { bundle } from './size/bundle.ts';
import { installationOf } from './size/installation.ts';
import { reportOf } from './size/report.ts';
import type { Size } from './size/size.ts';
import { judgeSize } from './size/size.ts';

const MAIN = fileURLToPath(new URL('../dist/packages/main.js', import.meta.url));

const other = (name: string, by: string, optional = false): Brought => ({
  ...{ name, by, optional, version: '1.0.0', license: 'MIT', path: `node_modules/${name}` },
});

/** `log` brings `split`, which looks for `native`. */
const COMPANY: Company = {
  ours: ['@systole/a', '@systole/b'],
  others: [other('log', 'log'), other('split', 'log'), other('native', 'log', true)],
  unknown: [],
};

const LOG = "exports.log = () => [require('split'), require('node:fs')];";
const SPLIT = `try { require('native'); } catch {} module.exports = '${'s'.repeat(2_000)}';`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'systole-size-'));
  const esm = JSON.stringify({ type: 'module', exports: './dist/index.js' });
  add('node_modules/@systole/a/package.json', esm);
  add(
    'node_modules/@systole/a/dist/index.js',
    "export { b } from '@systole/b'; export { log } from 'log'; import 'node:net';",
  );
  add('node_modules/@systole/b/package.json', esm);
  add(
    'node_modules/@systole/b/dist/index.js',
    `export const b = '${'b'.repeat(1_000)}'; export const unused = '${'u'.repeat(500)}';`,
  );
  add('node_modules/log/index.js', LOG);
  add('node_modules/split/index.js', SPLIT);
});

afterEach(() => rmSync(root, { recursive: true }));

function add(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('A bundle', () => {
  it('holds what is used of 2 packages of ours, and 2 of others, which count for the one that brought them', async () => {
    const { bytes, gzipBytes, brotliBytes, shares } = await bundle(COMPANY, root);
    expect(shares['@systole/b']).toBeGreaterThan(1_000);
    expect(shares['@systole/b']).toBeLessThan(1_100);
    expect(shares['log']).toBeGreaterThan(2_000);
    expect(shares['log']).toBeLessThan(2_300);
    expect(Object.keys(shares).toSorted()).toEqual(['@systole/a', '@systole/b', 'esbuild', 'log']);
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBe(bytes);
    expect(gzipBytes).toBeLessThan(bytes / 2);
    expect(brotliBytes).toBeLessThan(bytes / 2);
  });

  it('cannot be made of what needs a package that nobody has installed', async () => {
    add(
      'node_modules/log/index.js',
      "exports.log = (name) => { try { return require('absent'); } catch { return name; } };",
    );
    await expect(bundle(COMPANY, root)).rejects.toThrow('absent would have to be installed beside the bundle');
  });
});

describe('An installation', () => {
  it('is ours as packed, and others as installed, without those that are not there or are in one another', () => {
    add('node_modules/log/node_modules/nested/index.js', 'x'.repeat(10_000));
    const packed = { file: '', packedBytes: 0, paths: [] };
    const tarballs = [
      { ...packed, name: '@systole/a', unpackedBytes: 10 },
      { ...packed, name: '@systole/b', unpackedBytes: 200 },
      { ...packed, name: '@systole/c', unpackedBytes: 4_000 },
    ];
    const { bytes, packages } = installationOf(COMPANY, tarballs, root);
    expect(packages).toEqual(['@systole/a', '@systole/b', 'log', 'split']);
    expect(bytes).toBe(10 + 200 + LOG.length + SPLIT.length);
  });
});

describe('A size', () => {
  const size: Size = {
    name: 'it',
    bundle: { bytes: 1_000, gzipBytes: 400, brotliBytes: 300, shares: { '@systole/it': 600, pino: 400 } },
    installation: { bytes: 20_000, packages: ['it', 'pino'] },
    bounds: { bundleBytes: 1_000, installedBytes: 20_000, installedPackages: 2 },
  };

  it('is right at its 3 bounds, and wrong 1 beyond each', () => {
    expect(judgeSize(size)).toEqual([]);
    const bounds = { bundleBytes: 999, installedBytes: 19_999, installedPackages: 1 };
    expect(judgeSize({ ...size, bounds })).toEqual([
      'it bundled and minified, bytes: 1,000, and 999 at most',
      'it installed, bytes: 20,000, and 19,999 at most',
      'it installed, packages: 2, and 1 at most',
    ]);
  });

  it('is printed with its bound, and with what is ours apart from what others have brought', () => {
    expect(reportOf([size])).toMatch(/^it +1,000 +1,000 +400 +300 +600 +400$/m);
    expect(reportOf([size])).toMatch(/^it +20,000 +20,000 +2 +2$/m);
  });

  it('is what npm run size -- --json prints for client, server and watch, all within their bounds', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'size', '--json']);
    const { sizes, complaints } = JSON.parse(stdout) as { sizes: readonly Size[]; complaints: readonly string[] };
    expect(sizes.map(({ name }) => name)).toEqual(['@systole/client', '@systole/server', '@systole/watch']);
    expect(complaints).toEqual([]);
    for (const { bundle: made, installation } of sizes) {
      expect(made.bytes).toBeGreaterThan(50_000);
      expect(installation.bytes).toBeGreaterThan(made.bytes);
    }
  });
});
