// The proof: planted bugs, which are there to be planted, and are found.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findRot } from '../mutants/rot.ts';
import { PLANTED } from './planted.ts';
import type { Proof } from './proof.ts';
import { prove } from './proof.ts';

const root = new URL('../../', import.meta.url);
/** Each starts a process, and one of them a server. */
const TIMEOUT_MS = 60_000;

describe('the planted bugs', () => {
  it('are 8, of all 4 kinds and in all 4 targets, and their texts are in what is built exactly once', () => {
    expect(PLANTED).toHaveLength(8);
    expect(new Set(PLANTED.map(({ kind }) => kind)).size).toBe(4);
    expect(new Set(PLANTED.map(({ target }) => target)).size).toBe(4);
    const mutants = PLANTED.map(({ name, change }) => ({
      title: name,
      changes: [change],
      tests: ['test/fuzz/proof.test.ts'],
    }));
    const bug = { id: 'fuzz', name: 'planted', story: '', mutants };
    expect(findRot([bug], fileURLToPath(root))).toEqual([]);
  });

  it(
    'are found: a crash of a session, and growth of a live server; what is no bug is not',
    async () => {
      const chosen = PLANTED.filter(({ kind }) => kind === 'crash' || kind === 'growth');
      const [crash] = chosen;
      if (crash === undefined) throw new Error('none is a crash');
      const harmless = { ...crash, runs: 200, change: { ...crash.change, to: `${crash.change.from} ` } };
      const told: Proof[] = [];
      const proofs = await prove(root, 1, (proof) => told.push(proof), [...chosen, harmless]);
      expect(proofs.map(({ found, kind }) => [found, kind])).toEqual([
        [true, 'crash'],
        [true, 'growth'],
        [false, 'none'],
      ]);
      expect(told).toEqual(proofs);
    },
    TIMEOUT_MS,
  );
});
