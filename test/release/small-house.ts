/** A house of two small packages, as a git repository of its own with a change that waits: for what releases to be tried on. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../release/dist/main.js', import.meta.url));
const changelog = createRequire(import.meta.url).resolve('@changesets/cli/changelog');

/** The one that is needed comes last in the alphabet. */
const FILES: Readonly<Record<string, string | object>> = {
  '.gitignore': 'node_modules\ndist\n',
  '.ci/run': 'echo "all is checked"\n',
  '.changeset/config.json': {
    changelog,
    fixed: [['@small/ant', '@small/zebra']],
    access: 'public',
    baseBranch: 'main',
    privatePackages: { version: false, tag: false },
    prettier: false,
  },
  '.changeset/stripes.md': '---\n"@small/ant": minor\n---\n\nAnts have stripes.\n',
  'package.json': {
    name: 'small-house',
    private: true,
    type: 'module',
    workspaces: ['packages/*', 'attic'],
    scripts: { build: 'node build.js', lint: 'echo linted', typecheck: 'echo typed' },
  },
  'build.js': [
    `import { cpSync } from 'node:fs';`,
    `for (const name of ['ant', 'zebra']) cpSync(\`packages/\${name}/src\`, \`packages/\${name}/dist\`, { recursive: true });`,
    '',
  ].join('\n'),
  'attic/package.json': {
    name: '@small/attic',
    version: '0.0.0',
    private: true,
    dependencies: { '@small/ant': '0.0.0' },
  },
  'packages/ant/package.json': manifest('@small/ant', { '@small/zebra': '0.0.0' }),
  'packages/ant/src/index.js': `export { stripes } from '@small/zebra';\n`,
  'packages/zebra/package.json': manifest('@small/zebra'),
  'packages/zebra/src/index.js': 'export const stripes = 40;\n',
};

function manifest(name: string, dependencies?: Readonly<Record<string, string>>): object {
  const publishConfig = { access: 'public' };
  return {
    name,
    version: '0.0.0',
    type: 'module',
    files: ['dist'],
    exports: './dist/index.js',
    dependencies,
    publishConfig,
  };
}

/** How a command has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** See the head of the file. All that it writes is below one temporary directory. */
export class SmallHouse {
  readonly #directory = mkdtempSync(join(tmpdir(), 'systole-small-house-'));
  readonly root: string = join(this.#directory, 'house');
  readonly #env: NodeJS.ProcessEnv;

  /** A new one, with one commit; or a copy of another as it is. */
  constructor(original?: SmallHouse) {
    const identity = { NAME: 'Small', EMAIL: 'small@example.com' };
    const names = ['AUTHOR', 'COMMITTER'].flatMap((who) =>
      Object.entries(identity).map(([what, value]) => [`GIT_${who}_${what}`, value]),
    );
    this.#env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm|git)_/i.test(name))), // of this house
      ...Object.fromEntries(names),
      TMPDIR: join(this.#directory, 'tmp'),
      npm_config_cache: join(this.#directory, 'npm-cache'),
      npm_config_userconfig: join(this.#directory, 'npmrc'),
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
      FORCE_COLOR: '0',
    };
    mkdirSync(join(this.#directory, 'tmp'));
    if (original !== undefined) {
      cpSync(original.root, this.root, { recursive: true });
      return;
    }
    this.write(FILES);
    this.tell('npm', 'install', '--no-audit', '--no-fund');
    this.tell('git', 'init', '--quiet', '--initial-branch', 'main');
    this.commit();
  }

  /** Replaces or adds files; objects become JSON. */
  write(files: Readonly<Record<string, string | object>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      writeFileSync(
        join(this.root, name),
        typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`,
      );
    }
  }

  /** Replaces a text in a file that has it. */
  edit(name: string, from: string, to: string): void {
    const before = this.read(name);
    if (!before.includes(from)) throw new Error(`${name} has no ${from}`);
    this.write({ [name]: before.replace(from, to) });
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  commit(): void {
    this.tell('git', 'add', '--all');
    this.tell('git', 'commit', '--quiet', '--message', 'Change');
  }

  /** What another command prints in it. @throws Error if it fails. */
  tell(file: string, ...args: readonly string[]): string {
    return execFileSync(file, args, { cwd: this.root, env: this.#env, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  /** From now on npm has a registry, and somebody who is known to it. */
  useRegistry(port: number): void {
    const place = `//127.0.0.1:${port}/`;
    writeFileSync(join(this.#directory, 'npmrc'), `registry=http:${place}\n${place}:_authToken=somebody\n`);
    this.#env['npm_config_offline'] = 'false';
  }

  /** `npm run release` in it. */
  async release(...args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [command, ...args], { cwd: this.root, env: this.#env });
    const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
    const [code] = (await once(child, 'close')) as [number];
    return { code, stdout: await stdout, stderr: await stderr };
  }

  /** Everything that a rehearsal could change: files, what git knows, and what lies in the temporary directory. */
  state(): unknown {
    const files = readdirSync(this.root, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('.git/') && statSync(join(this.root, name)).isFile())
      .sort();
    return {
      files: files.map((name) => [name, this.read(name)]),
      refs: this.tell('git', 'for-each-ref'),
      status: this.tell('git', 'status', '--porcelain'),
      leftBehind: readdirSync(join(this.#directory, 'tmp')),
    };
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
