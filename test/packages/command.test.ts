// The arguments of `npm run packages` and `npm run size`.

import { expect, it } from 'vitest';
import { command } from './command.ts';

it.each([
  [['--json'], '--json is of npm run size'],
  [['size', '--write'], '--write is of npm run packages'],
  [['licences'], 'what is licences?'],
  [['size', 'client'], 'what is size client?'],
  [['--bounds'], "Unknown option '--bounds'"],
])('%j is wrong: it ends with 2, says why, and how it is right', async (args, why) => {
  const said: string[] = [];
  const print = (): void => expect.unreachable();
  expect(await command(args, { root: '/nowhere', print, complain: (text) => said.push(text) })).toBe(2);
  expect(said.join()).toContain(why);
  expect(said.join()).toContain('usage: npm run packages -- [--write], or npm run size -- [--json]');
});
