// Every example runs, ends well, and prints what its head says one will see.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../support/real-server.ts';

const root = new URL('../../', import.meta.url);

/** An experiment gives itself ten seconds a trial; a machine that is busy with other tests may start it late. */
const LIMIT_MS = 30_000;

/** An example is a file of its own in one of these folders; what several share is in folders below. */
const examples = ['examples', 'examples/experiments'].flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      file: `${folder}/${name}`,
      program: `${folder}/${name}`.replace(/^examples(.*)ts$/, 'examples/dist$1js'),
    })),
);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Outcome> {
  try {
    const options = { cwd: fileURLToPath(root), timeout: LIMIT_MS };
    return { code: 0, ...(await promisify(execFile)(process.execPath, args, options)) };
  } catch (error) {
    return error as Outcome;
  }
}

/** The comment at the top of a file, without its slashes. */
function headOf(file: string): string {
  const [head = ''] = /^(?:\/\/.*\n)+/.exec(readFileSync(new URL(file, root), 'utf8')) ?? [];
  return head.replace(/^\/\/ ?/gm, '');
}

/** A command that the head of an example says it needs. Without it, its test is skipped. */
function needOf(file: string): string | undefined {
  return /^Needs: +(\S+)$/m.exec(headOf(file))?.[1];
}

/**
 * What a head shows below `You see:`, as it will be printed, with … for what differs between systems; nothing where it only
 * tells of it, and more than one where systems differ in more, as in `You see, where Node is older:`.
 */
function promisesOf(file: string): string[] {
  return [...headOf(file).matchAll(/^You see(?:, [^:\n]+)?:\n\n((?: {2}.*\n|\n)+)/gm)].map(([, promise = '']) =>
    promise.replace(/^ {2}/gm, '').replace(/\n+$/, '\n'),
  );
}

/** One of the promises; where there is none, something. */
function patternOf(promises: readonly string[]): RegExp {
  const patterns = (promises.length > 0 ? promises : ['…']).map((promise) =>
    promise.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('…', '.+'),
  );
  return new RegExp(patterns.join('|'));
}

describe('each of the examples', () => {
  it.for(examples)(
    '$file runs as it says, ends with 0, and prints what it promises',
    { timeout: LIMIT_MS },
    async ({ file, program }, { skip }) => {
      const need = needOf(file);
      skip(need !== undefined && !isInstalled(need), `${need} is not installed`);
      expect(headOf(file)).toContain(`node ${program}`);
      const { code, stdout, stderr } = await run(program);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(patternOf(promisesOf(file)));
    },
  );

  it('is named in examples/README.md, by its program or by its file', () => {
    const readme = readFileSync(new URL('examples/README.md', root), 'utf8');
    const isNamed = ({ file, program }: (typeof examples)[number]): boolean =>
      readme.includes(program) || readme.includes(`(${file.replace('examples/', '')})`);
    expect(examples.filter((example) => !isNamed(example))).toEqual([]);
  });
});

describe('each of the experiments', () => {
  const experiments = examples.filter(({ file }) => file.startsWith('examples/experiments/'));

  it('is one of 9', () => {
    expect(experiments.length).toBe(9);
  });

  it.each(experiments)('$file promises lines of both columns', ({ file }) => {
    const lines = promisesOf(file).join('\n').split('\n');
    expect(lines[0]).toMatch(/^ {2}node:net +Systole$/);
    expect(lines.filter((line) => /^ {2}\S.* {2,}(disconnect|send|message|suspect|dead)/.test(line))).not.toEqual([]);
  });

  it('ends with 1 where 1 of its columns does not say what was expected', async () => {
    const { href } = new URL('examples/dist/experiments/lab/experiment.js', root);
    const source = `
      import { conduct } from ${JSON.stringify(href)};
      const side = (line) => async (column) => column.tell(line);
      const expected = { plain: ['end'], systole: ['disconnect: eof'] };
      await conduct({
        title: 'A title', lesson: 'A lesson',
        trials: [{ happens: 'It happens', plain: side('end'), systole: side('disconnect: reset'), expected }],
      });`;
    const { code, stdout, stderr } = await run('--input-type=module', '--eval', source);
    expect(stdout).toMatch(/It happens:\n {2}end +disconnect: reset\n\nA lesson\n$/);
    expect(stderr).toBe('Systole, “It happens”: not as expected, which was: disconnect: eof\n');
    expect(code).toBe(1);
  });
});
