// The corpus as a regression test: vectors, and inputs that found something once.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { command } from './command.ts';
import { readCorpus } from './corpus.ts';
import { runInput } from './engine.ts';
import { written } from './input.ts';

const root = new URL('../../', import.meta.url);
const corpus = readCorpus(new URL('test/', root));

describe('the corpus', () => {
  it.each(['decoder', 'handshake', 'session'] as const)('finds nothing in the %s', async (target) => {
    const entries = corpus.filter(({ input }) => input.target === target);
    expect(entries.length).toBeGreaterThan(100);
    for (const { name, input } of entries) {
      await expect(Promise.resolve(input).then(runInput), name).resolves.toEqual(expect.any(String));
    }
  });

  it('sees the same in each of 2 runs of a session', async () => {
    for (const { name, input } of corpus.filter((entry) => entry.input.target === 'session')) {
      expect(await runInput(input), name).toBe(await runInput(input));
    }
  });

  it('finds nothing in a live server, as a reproducer of more than 50 inputs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'systole-fuzz-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'server.json');
    const inputs = corpus.filter(({ input }) => input.target === 'server').map(({ input }) => written(input));
    expect(inputs.length).toBeGreaterThan(50);
    writeFileSync(file, JSON.stringify({ inputs }));
    const lines: string[] = [];
    const code = await command(['--replay', file], { root, print: (line) => lines.push(line), complain: () => {} });
    expect({ code, lines }).toEqual({ code: 0, lines: ['nothing is wrong any more'] });
  });
});
