/** The commands `npm run packages` and `npm run size`: their arguments, their checks, and what they print. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { broughtBy, judgeLicences, thirdPartyPage } from './licences.ts';
import type { Lock } from './lock.ts';
import { homeOf, readLock } from './lock.ts';
import { reportOf } from './size/report.ts';
import type { Size } from './size/size.ts';
import { judgeSize, measureSizes } from './size/size.ts';
import type { Tarball } from './tarballs.ts';
import { judgeContents, packAll } from './tarballs.ts';
import { attw, complaintsOf, knip, publint } from './tools.ts';

/** All that we publish. */
const FOLDERS: readonly string[] = ['client', 'core', 'server', 'testing', 'watch'];

const PAGE = 'THIRD-PARTY.md';
const USAGE = 'usage: npm run packages -- [--write], or npm run size -- [--json]';

/** What the commands work on, and where they write to. */
export interface Setting {
  /** The root of the house. */
  readonly root: string;
  readonly print: (line: string) => void;
  readonly complain: (text: string) => void;
}

/** What the checks look at. */
interface Goods {
  readonly root: string;
  readonly lock: Lock;
  readonly tarballs: readonly Tarball[];
  readonly sizes: readonly Size[];
}

/** Each gives its complaints. */
const CHECKS: Readonly<Record<string, (goods: Goods) => Promise<string[]>>> = {
  'contents of the tarballs': async ({ root, tarballs }) =>
    tarballs.flatMap((tarball) => judgeContents(tarball, join(root, homeOf(tarball.name)))),
  publint: ({ root, tarballs }) => all(tarballs, ({ file }) => complaintsOf(publint(file), root)),
  attw: ({ root, tarballs }) => all(tarballs, ({ file }) => complaintsOf(attw(file), root)),
  knip: ({ root }) => complaintsOf(knip(), root),
  licences: async ({ root, lock }) => [
    ...judgeLicences(broughtBy(FOLDERS, lock)),
    ...((await readPage(root)) === thirdPartyPage(FOLDERS, lock)
      ? []
      : [`${PAGE} is old: npm run packages -- --write`]),
  ],
  sizes: async ({ sizes }) => sizes.flatMap(judgeSize),
};

/** Returns the exit code: 0 if nothing is wrong, 1 if something is, 2 for wrong arguments. */
export async function command(args: readonly string[], { root, print, complain }: Setting): Promise<number> {
  let given: ReturnType<typeof readArguments>;
  try {
    given = readArguments(args);
  } catch (error) {
    complain(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { sizeOnly, json, write } = given;
  const folder = await mkdtemp(join(tmpdir(), 'systole-packages-'));
  try {
    const lock = readLock(root);
    if (write) await writeFile(join(root, PAGE), thirdPartyPage(FOLDERS, lock));
    const names = FOLDERS.map((name) => `@systole/${name}`);
    const tarballs = await packAll(names, root, folder);
    const sizes = await measureSizes(tarballs, lock, root);
    const complaints = sizeOnly ? sizes.flatMap(judgeSize) : await check({ root, lock, tarballs, sizes }, print);
    print(json ? JSON.stringify({ sizes, complaints }) : reportOf(sizes));
    for (const complaint of complaints) complain(complaint);
    return complaints.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function readArguments(args: readonly string[]): { sizeOnly: boolean; json: boolean; write: boolean } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const sizeOnly = positionals[0] === 'size';
  if (positionals.length > (sizeOnly ? 1 : 0)) throw new Error(`what is ${positionals.join(' ')}?`);
  if (values.json && !sizeOnly) throw new Error('--json is of npm run size');
  if (values.write && sizeOnly) throw new Error('--write is of npm run packages');
  return { sizeOnly, ...values };
}

/** One check after the other, with a line for each. */
async function check(goods: Goods, print: Setting['print']): Promise<string[]> {
  const complaints: string[] = [];
  for (const [name, run] of Object.entries(CHECKS)) {
    const found = await run(goods);
    print(`${found.length === 0 ? 'ok' : 'WRONG'}  ${name}`);
    complaints.push(...found);
  }
  print('');
  return complaints;
}

async function all(tarballs: readonly Tarball[], ask: (tarball: Tarball) => Promise<string[]>): Promise<string[]> {
  return (await Promise.all(tarballs.map(ask))).flat();
}

function readPage(root: string): Promise<string> {
  return readFile(join(root, PAGE), 'utf8').catch(() => '');
}
