// What the command does not understand, it does not begin.

import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';
import { command } from './command.ts';

const root = new URL('../../', import.meta.url);

describe('npm run fuzz', () => {
  it('runs 100,000 times with the seed 1 on all targets, and proves itself first, where nothing is said', () => {
    expect(readArguments([])).toEqual({
      runs: 100_000,
      seed: 1,
      target: undefined,
      json: false,
      proves: true,
      isRaw: false,
      replay: undefined,
    });
  });

  it.each([
    { args: ['--runs', '0'], complaint: '--runs must be a whole number from 1 to 2147483647, got 0' },
    { args: ['--runs', '1e12'], complaint: '--runs must be a whole number from 1 to 2147483647, got 1e12' },
    { args: ['--seed', 'luck'], complaint: '--seed must be a whole number from 1 to 2147483647, got luck' },
    { args: ['--target', 'moon'], complaint: '--target must be one of decoder, handshake, session, server, got moon' },
    { args: ['--rounds', '3'], complaint: "Unknown option '--rounds'" },
    { args: ['decoder'], complaint: 'Unexpected argument' },
    { args: ['--replay', '/nowhere/fuzz.json'], complaint: 'ENOENT' },
  ])('ends with 2 for $args, and says why', async ({ args, complaint }) => {
    const complaints: string[] = [];
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    const complain = (text: string): void => void complaints.push(text);
    expect(await command(args, { root, print, complain })).toBe(2);
    expect(lines).toEqual([]);
    expect(complaints.join('\n')).toContain(complaint);
    expect(complaints.join('\n')).toContain('usage: npm run fuzz');
  });
});
