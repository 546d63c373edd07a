/** The fuzzer proves itself: it runs in a copy of the house in which a bug was planted, and has to find it. */

import { fileURLToPath } from 'node:url';
import { HouseCopy } from '../mutants/house-copy.ts';
import type { Planted } from './planted.ts';
import { PLANTED } from './planted.ts';
import type { Reproducer } from './reproducer.ts';

/** What is built of the house, as far as the fuzzer runs it. */
const BUILT = ['packages/core', 'packages/server', 'packages/client', 'packages/testing', 'test'].map(
  (part) => `${part}/dist`,
);
const TIMEOUT_MS = 60_000;

/** What became of a planted bug. */
export interface Proof {
  readonly planted: string;
  readonly found: boolean;
  /** The run that has found it; if none has, how many there were. */
  readonly runs: number;
  readonly kind: string;
  readonly text: string;
}

/** Looks for one after the other, and tells of each. */
export async function prove(
  root: URL,
  seed: number,
  tell: (proof: Proof) => void,
  planted: readonly Planted[] = PLANTED,
): Promise<Proof[]> {
  const copy = new HouseCopy(fileURLToPath(root), BUILT);
  const proofs: Proof[] = [];
  try {
    for (const bug of planted) {
      const proof = await find(copy, bug, seed);
      proofs.push(proof);
      tell(proof);
    }
  } finally {
    copy.remove();
  }
  return proofs;
}

async function find(copy: HouseCopy, { name, change, target, kind, runs }: Planted, seed: number): Promise<Proof> {
  copy.plant([change]);
  try {
    const asked = ['--runs', `${runs}`, '--seed', `${seed}`, '--target', target];
    const { code, output } = await copy.run(
      'test/dist/fuzz/main.js',
      [...asked, '--no-proof', '--raw', '--json'],
      TIMEOUT_MS,
    );
    const failure = failureIn(output);
    if (code !== 1 || failure === undefined) {
      return { planted: name, found: false, runs, kind: 'none', text: `it ended with ${code}: ${output.slice(-500)}` };
    }
    const [text = ''] = failure.text.split('\n', 1);
    return { planted: name, found: failure.kind === kind, runs: failure.run + 1, kind: failure.kind, text };
  } finally {
    copy.weed();
  }
}

/** The failure among the lines that were printed. */
function failureIn(output: string): Reproducer | undefined {
  const line = output.split('\n').find((each) => each.startsWith('{"failure":'));
  return line === undefined ? undefined : (JSON.parse(line) as { readonly failure: Reproducer }).failure;
}
