// What strangers get: the packed packages, installed into an empty project without tsyringe, a registry or a cache, and used in every way that they may be.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PackedProject } from '../support/packed-project.ts';
import { installPacked } from '../support/packed-project.ts';
import { companyOf, readLock } from './lock.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['client', 'core', 'server', 'testing', 'watch'];
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** Compilers and npm are slow where much else is going on. */
const TIMEOUT_MS = 120_000;

/** As strict as a stranger can be; what our declarations need, they say themselves. */
const STRICT = {
  ...{ target: 'es2022', strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: ['node'] },
  outDir: 'dist',
};
const JAVASCRIPT_SAYS = '{"heard":"from one that dials"}\n{"heard":"from one on a socket"}\nsilent\n';
const TYPESCRIPT_SAYS =
  'true\n{"heard":"through a proxy","epoch":1}\n{"heard":"on a socket","epoch":1}\n1\ntrue\n4\ntrue\n';
/** What pino needs in an ES module: it is CommonJS. The READMEs say so. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** All that the packages export, such as `@systole/core/node`. */
const SUBPATHS = FOLDERS.flatMap((folder) => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')) as {
    exports: object;
  };
  return Object.keys(exports).map((subpath) => `@systole/${folder}${subpath.slice(1)}`);
});

let project: PackedProject;

beforeAll(async () => {
  project = await installPacked(...FOLDERS.map((folder) => `@systole/${folder}`), '@types/node');
  await project.add(new URL('stranger/javascript.js', import.meta.url), 'javascript.js');
  await project.add(new URL('stranger/typescript.ts', import.meta.url), 'typescript.ts');
}, TIMEOUT_MS);

afterAll(() => project[Symbol.asyncDispose]());

describe('The 5 packed packages', () => {
  it('bring with them what the lock file says, and no tsyringe', async () => {
    const lock = readLock(ROOT);
    const others = FOLDERS.flatMap((folder) => companyOf(folder, lock).others);
    const brought = others.filter(({ optional }) => !optional).map(({ name }) => name);
    const installed = (await modulesOf(project.folder)).filter((name) => !/^@types\/|^undici-types$/.test(name));
    expect(installed.toSorted()).toEqual(
      [...new Set([...FOLDERS.map((folder) => `@systole/${folder}`), ...brought])].toSorted(),
    );
    expect(installed).not.toContain('tsyringe');
  });

  it('work in JavaScript', { timeout: TIMEOUT_MS }, async () => {
    expect(await project.run(process.execPath, 'javascript.js')).toBe(JAVASCRIPT_SAYS);
  });

  it('can be imported, and required, by each of their 18 subpaths', { timeout: TIMEOUT_MS }, async () => {
    expect(SUBPATHS).toHaveLength(18);
    const ask = (load: string): string[] => [
      '--input-type=module',
      '--eval',
      `import { createRequire } from 'node:module';
      const require = createRequire(process.cwd() + '/x.js');
      for (const name of ${JSON.stringify(SUBPATHS)}) console.log(name, Object.keys(${load}(name)).length > 0);`,
    ];
    const all = SUBPATHS.map((name) => `${name} true\n`).join('');
    expect(await project.run(process.execPath, ...ask('await import'))).toBe(all);
    expect(await project.run(process.execPath, ...ask('require'))).toBe(all);
  });

  it('have each of their 18 subpaths in the program that is compiled below', async () => {
    const text = await readFile(join(project.folder, 'typescript.ts'), 'utf8');
    expect(SUBPATHS.filter((name) => !text.includes(`from '${name}'`))).toEqual([]);
  });

  it('compile for module: nodenext, and run', { timeout: TIMEOUT_MS }, async () => {
    expect(await compile({ module: 'nodenext' })).toBe('');
    expect(await project.run(process.execPath, 'dist/typescript.js')).toBe(TYPESCRIPT_SAYS);
  });

  it.each([{ module: 'esnext', moduleResolution: 'bundler' }, { module: 'preserve' }])(
    'compile for a bundler: %o',
    async (options) => {
      expect(await compile({ ...options, noEmit: true })).toBe('');
    },
    TIMEOUT_MS,
  );

  it.each([
    ['javascript.js', JAVASCRIPT_SAYS],
    ['typescript.ts', TYPESCRIPT_SAYS],
  ])(
    'run when %s is bundled into one file that needs nothing but Node',
    async (name, says) => {
      const { metafile } = await build({
        ...{
          entryPoints: [name],
          outfile: `bundled-${name}.mjs`,
          absWorkingDir: project.folder,
          banner: { js: BANNER },
        },
        ...{ bundle: true, minify: true, platform: 'node', format: 'esm', metafile: true },
      });
      const [output] = Object.values(metafile.outputs);
      // It is optional, not installed here, and looked for in vain.
      const outside = output?.imports.filter(({ path }) => !isBuiltin(path)).map(({ path }) => path);
      expect(outside).toEqual(['msgpackr-extract']);
      expect(await project.run(process.execPath, `bundled-${name}.mjs`)).toBe(says);
    },
    TIMEOUT_MS,
  );

  it('have the command systole-fault-proxy', { timeout: TIMEOUT_MS }, async () => {
    expect(await project.run('npx', 'systole-fault-proxy', '--help')).toContain('systole-fault-proxy --target <place>');
  });
});

it('the first programs of the READMEs of server and client work together', { timeout: TIMEOUT_MS }, async () => {
  await writeFile(join(project.folder, 'server.mjs'), (await firstProgram('server')).replace('port: 7000', 'port: 0'));
  const server = spawn(process.execPath, ['server.mjs'], { cwd: project.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  try {
    const [, port = ''] = /^listening at port (\d+)$/.exec(await nextLine()) ?? [];
    await writeFile(
      join(project.folder, 'client.mjs'),
      (await firstProgram('client')).replace('port: 7000', `port: ${port}`),
    );
    expect(await project.run(process.execPath, 'client.mjs')).toBe(
      [
        'connected; a dead server is found within 7000 ms',
        'the server answered { heard: { temperature: 21 } }',
        'the connection is gone: closed-locally',
        '',
      ].join('\n'),
    );
    expect(await nextLine()).toMatch(/ is connected$/);
    expect(await nextLine()).toMatch(/ is gone: closed-by-peer$/);
  } finally {
    server.kill('SIGINT');
  }
  expect(await exited).toEqual([0, null]);
});

/** What the compiler says of the stranger's program. */
async function compile(options: object): Promise<string> {
  const config = { compilerOptions: { ...STRICT, ...options }, files: ['typescript.ts'] };
  await writeFile(join(project.folder, 'tsconfig.json'), JSON.stringify(config));
  return project.run(process.execPath, TSC);
}

/** Names of what is installed in a project. */
async function modulesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'node_modules'));
  const all = names
    .filter((name) => !name.startsWith('.'))
    .map(async (name) =>
      name.startsWith('@')
        ? (await readdir(join(folder, 'node_modules', name))).map((inner) => `${name}/${inner}`)
        : [name],
    );
  return (await Promise.all(all)).flat();
}

/** The first block of code in the README of an installed package. */
async function firstProgram(folder: string): Promise<string> {
  const readme = await readFile(join(project.folder, 'node_modules/@systole', folder, 'README.md'), 'utf8');
  return /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
}
