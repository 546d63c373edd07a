/**
 * Fuzz: bytes that no lawful peer would send, given to everything of ours that a stranger can reach.
 *
 * Run: `npm run fuzz -- --runs 100000 --seed 7`. `npm run fuzz -- soak` attacks a live server beside lawful sessions instead.
 */

import { constants } from 'node:os';
import process from 'node:process';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

async function main([first, ...rest]: readonly string[]): Promise<number> {
  if (first === 'soak') {
    const { runSoak } = await import('./soak/main.ts');
    return runSoak(rest);
  }
  console.error('usage: npm run fuzz -- soak');
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
