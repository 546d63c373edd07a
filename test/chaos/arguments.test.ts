// What the command does not understand, it does not begin.

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/chaos/main.js', import.meta.url));

describe('npm run chaos', () => {
  it.each([
    { args: ['--faults', '0'], complaint: '--faults must be a whole number above 0, got 0' },
    { args: ['--messages', 'many'], complaint: '--messages must be a whole number above 0, got many' },
    { args: ['--rounds', '3'], complaint: "Unknown option '--rounds'" },
  ])('ends with 2 for $args, and says why', ({ args, complaint }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('usage: npm run chaos');
  });
});
