/**
 * Fuzz: bytes that no lawful peer would send, given to everything of ours that a stranger can reach: the decoder, the handshake of
 * both ends, sessions in virtual time, and now and then a live server. They are made up, lawful but for one thing or two, or are the vectors of
 * the protocol and the corpus with a few things changed; what shows something new is changed further.
 *
 * Run: `npm run fuzz -- --runs 100000 --seed 7`, `--target session` for one of them alone. The same seed brings the same runs. First it
 * finds bugs that are planted in a copy of the house; `--no-proof` leaves that out.
 *
 * A failure is a crash, a hang, growth, or a state that the rules do not allow. It is printed with a file, made as small as still fails
 * (`--raw` leaves it as it was), and the command that runs it again. The exit code is then 1.
 *
 * `npm run fuzz -- soak` attacks a live server beside lawful sessions instead.
 */

import { constants } from 'node:os';
import process from 'node:process';
import { command } from './command.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === 'soak') {
    const { runSoak } = await import('./soak/main.ts');
    return runSoak(rest);
  }
  return command(args, {
    root: new URL('../../../', import.meta.url),
    print: (line) => console.log(line),
    complain: (text) => console.error(text),
  });
}

process.exitCode = await main(process.argv.slice(2));
