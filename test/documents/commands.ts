/** Commands that documents tell their readers to type: whether what they name is there. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './markdown.ts';

const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** Their arguments are a matter between them and the reader. */
const ON_TRUST = new Set(['cd', 'mkdir', 'git', 'kill', 'curl', 'openssl', 'tar']);

/** The commands of a line of a shell, without comments. */
export function commandsOf(line: string): string[] {
  return line
    .replace(/(^|\s)#.*$/, '')
    .split(/&&|\|\||[;|]/)
    .map((command) => command.trim())
    .filter(Boolean);
}

/** What is wrong with a command; undefined if nothing is known to be. */
export function flawOf(command: string): string | undefined {
  const [name = '', first = '', second = '', , third = ''] = command
    .split(/\s+/)
    .filter((word) => !/^[A-Z_]+=/.test(word));
  if (ON_TRUST.has(name)) return undefined;
  if (name === 'npm') return flawOfNpm(first, second, command.includes(' -- ') ? third : '');
  if (name === 'npx') return isInstalled(first) ? undefined : `no package here has ${first}`;
  if (name === 'node' || name === 'bash' || name === 'python3') return flawOfFile(first);
  return `nobody checks ${name}`;
}

function flawOfNpm(verb: string, script: string, scenario: string): string | undefined {
  if (verb === 'install' || verb === 'pack') return undefined;
  const wanted = verb === 'run' ? script : verb;
  if (scripts[wanted] === undefined) return `package.json has no script ${wanted}`;
  const isScenario = wanted === 'bench' && /^[a-z]+$/.test(scenario);
  return !isScenario || existsSync(join(root, 'bench', scenario)) ? undefined : `bench has no scenario ${scenario}`;
}

/** A word in capitals, as in `examples/dist/experiments/NAME.js`, stands for any. */
function flawOfFile(path: string): string | undefined {
  if (path.startsWith('-')) return undefined;
  const source = path.replace(/\/dist\/(.*)\.js$/, '/$1.ts').replace(/[^/]*\b[A-Z]{2,}\b.*$/, '');
  return existsSync(join(root, source)) ? undefined : `there is no ${source}`;
}

function isInstalled(name: string): boolean {
  if (!name.startsWith('@systole/')) return existsSync(join(root, 'node_modules/.bin', name));
  return Object.hasOwn(JSON.parse(read(`packages/${name.slice('@systole/'.length)}/package.json`)), 'bin');
}
