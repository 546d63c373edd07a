// The soak itself, small: 19 attackers beside 20 lawful sessions, for 11 s.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ATTACKS } from './attacks/all.ts';
import type { Summary } from './summary.ts';

const main = fileURLToPath(new URL('../../dist/fuzz/main.js', import.meta.url));

const COMPLAINTS = [
  { args: ['soak', '--seconds', '0'], complaint: '--seconds must be a whole number above 0, got 0' },
  { args: ['soak', '--lawful', 'many'], complaint: '--lawful must be a whole number above 0, got many' },
  { args: ['soak', '--rounds', '3'], complaint: "Unknown option '--rounds'" },
  { args: ['soak', 'memory', '--attackers', '-1'], complaint: '--attackers' },
];

async function runJson(...args: readonly string[]): Promise<{ readonly status: unknown; readonly output: string }> {
  const child = spawn(process.execPath, [main, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [status] = await once(child, 'close');
  return { status, output: Buffer.concat(chunks).toString() };
}

describe('npm run fuzz -- soak', () => {
  it('answers 19 attacks as they deserve while 20 lawful sessions lose nothing, in 11 s', {
    timeout: 120_000,
  }, async () => {
    const { status, output } = await runJson('soak', '--seconds', '11', '--lawful', '20', '--attackers', '19');
    const summary = JSON.parse(output) as Summary;
    expect(summary.findings).toEqual([]);
    expect(summary).toMatchObject({ ok: true, disturbed: 0, astray: 0 });
    expect(summary.scores.map(({ name }) => name)).toEqual(ATTACKS.map(({ name }) => name));
    expect(summary.after.mood.letters.acknowledged).toBeGreaterThan(100);
    expect(status).toBe(0);
  });

  it.each(COMPLAINTS)('ends with 2 for $args, and says why', ({ args, complaint }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('usage: npm run fuzz -- soak');
  });
});
