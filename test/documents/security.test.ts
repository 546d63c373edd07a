// SECURITY.md tells the truth: each limit that a user can set has an attack behind it, and each attack a test that names its limit.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = read('SECURITY.md');

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

interface Threat {
  readonly attack: string;
  /** What stands in backticks in the second column: options, constants, causes. */
  readonly limits: readonly string[];
  readonly tests: readonly string[];
}

function threats(): Threat[] {
  const lines = text.split('\n');
  const rows = lines.slice(lines.indexOf('| attack | what limits it | test |') + 2);
  return rows
    .slice(0, rows.indexOf(''))
    .map((row) => row.split(' | '))
    .map(([attack = '', limit = '', shown = '']) => ({
      attack: attack.replace(/^\| /, ''),
      limits: [...limit.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name),
      tests: [...shown.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path),
    }));
}

/** In capitals; tests have their numbers. */
function isConstant(name: string): boolean {
  return name === name.toUpperCase();
}

const constants = new Set(
  ['rules/limits.ts', 'session/outgoing.ts']
    .flatMap((path) => [...read(`packages/core/src/${path}`).matchAll(/^(?:export )?const (\w+)/gm)])
    .map(([, name = '']) => name),
);

/** The options that are limits, by their names in the interfaces that users see. */
function limitOptions(): string[] {
  return ['packages/core/src/rules/options.ts', 'packages/server/src/options.ts']
    .flatMap((path) => [...read(path).matchAll(/^ {2}readonly ((?:max|min|handshake)\w+)\?: /gm)])
    .map(([, name = '']) => name);
}

describe('The threats of SECURITY.md', () => {
  it('are more than 20, each with a limit and a test', () => {
    expect(threats().length).toBeGreaterThan(20);
    expect(threats().filter(({ limits, tests }) => limits.length === 0 || tests.length === 0)).toEqual([]);
  });

  it.each(threats())('$attack: its tests name $limits, and constants exist', ({ limits, tests }) => {
    const shown = tests.map(read).join('\n');
    const known = limits.filter((name) => (isConstant(name) ? constants.has(name) : shown.includes(name)));
    expect(known).toEqual(limits);
  });

  it('have a row for each option of server and session that is a limit, of which there are more than 15', () => {
    const listed = new Set(threats().flatMap(({ limits }) => limits));
    expect(limitOptions().length).toBeGreaterThan(15);
    expect(limitOptions().filter((name) => !listed.has(name))).toEqual([]);
  });
});
