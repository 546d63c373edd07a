// What may be in a tarball, with one thing wrong at a time.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeContents } from './tarballs.ts';

const RIGHT = [
  'LICENSE',
  'README.md',
  'dist/index.d.ts',
  'dist/index.js',
  'dist/di/x-y.d.ts',
  'dist/di/x-y.js',
  'package.json',
];

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'systole-home-'));
  mkdirSync(join(home, 'src/di'), { recursive: true });
  for (const source of ['src/index.ts', 'src/di/x-y.ts']) writeFileSync(join(home, source), '');
});

afterEach(() => rmSync(home, { recursive: true }));

const judge = (paths: readonly string[]): string[] => judgeContents({ name: 'it', paths }, home);

describe('A tarball', () => {
  it('is right with 3 files of the package, and code and types of 2 sources', () => {
    expect(judge(RIGHT)).toEqual([]);
  });

  it.each(['LICENSE', 'README.md', 'package.json'])('is wrong without %s', (path) => {
    expect(judge(RIGHT.filter((one) => one !== path))).toEqual([`it has no ${path}`]);
  });

  it.each([
    ...['src/index.ts', 'test/index.test.ts', 'dist/index.js.map', 'dist/index.d.ts.map', 'dist/package.tsbuildinfo'],
    ...['dist/index.test.js', 'dist/index.mts', 'tsconfig.json', 'CHANGELOG.md', '.npmrc', 'dist/../secret.js'],
  ])('is wrong with %s', (path) => {
    expect(judge([...RIGHT, path])).toEqual([`it must not have ${path}`]);
  });

  it('is wrong with code without types, and with types without code', () => {
    expect(judge(RIGHT.filter((path) => path !== 'dist/index.d.ts'))).toEqual([
      'it has dist/index.js without dist/index.d.ts',
    ]);
    expect(judge(RIGHT.filter((path) => path !== 'dist/index.js'))).toEqual([
      'it has dist/index.d.ts without dist/index.js',
    ]);
  });

  it('is wrong with what was built of a source that is gone', () => {
    rmSync(join(home, 'src/di/x-y.ts'));
    expect(judge(RIGHT)).toEqual([
      'it has dist/di/x-y.d.ts, whose source is gone: remove dist and build again',
      'it has dist/di/x-y.js, whose source is gone: remove dist and build again',
    ]);
  });
});
