/**
 * Program: outlives the run that started it, and then removes what it has left: the namespaces of a run that was
 * interrupted or killed, and its processes, frozen ones included.
 *
 * Started with the process id of the run, in a process group of its own, so that Ctrl-C does not reach it. It knows
 * that the run is over when its standard input ends.
 */

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endMarked } from './marked.ts';
import { sweep } from './namespaces.ts';

/** A network that was being built when the run was killed is there by now, and no other is begun. */
const LAST_MS = 1_500;

const owner = Number(process.argv[2]);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
let wasOrderly = false;
process.stdin.on('data', () => {
  wasOrderly = true;
});
process.stdin.on('end', () => void clean());

/** Where there is no `ip`, there are no namespaces. */
async function sweepOwn(): Promise<readonly string[]> {
  return sweep(owner).catch(() => []);
}

async function clean(): Promise<void> {
  let stuck = await sweepOwn();
  if (!wasOrderly) {
    await sleep(LAST_MS);
    await endMarked(owner);
    stuck = await sweepOwn();
  }
  if (stuck.length > 0) process.stderr.write(`The fault laboratory could not remove: ${stuck.join(', ')}\n`);
}
