/** The command `npm run fuzz`: its arguments, and what it prints. */

import type { Wish } from './arguments.ts';
import { readArguments, USAGE } from './arguments.ts';
import type { Proof } from './proof.ts';
import { prove } from './proof.ts';
import { replay } from './replay.ts';
import type { Reproducer } from './reproducer.ts';
import { readReproducer, writeReproducer } from './reproducer.ts';
import type { Summary } from './run.ts';
import { run } from './run.ts';

/** What the command works on, and where it writes to. */
export interface Setting {
  /** The root of the house. */
  readonly root: URL;
  readonly print: (line: string) => void;
  readonly complain: (text: string) => void;
}

/** Returns the exit code: 0 if nothing was found, 1 if something was, or a planted bug was not; 2 for wrong arguments. */
export async function command(args: readonly string[], setting: Setting): Promise<number> {
  let wish: Wish;
  let inputs: ReturnType<typeof readReproducer> = [];
  try {
    wish = readArguments(args);
    if (wish.replay !== undefined) inputs = readReproducer(wish.replay);
  } catch (error) {
    setting.complain(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  if (wish.replay !== undefined) return runAgain(inputs, wish, setting);
  if (wish.proves && !(await proveItself(wish, setting))) return 1;
  return runAll(wish, setting);
}

async function runAgain(inputs: ReturnType<typeof readReproducer>, wish: Wish, setting: Setting): Promise<number> {
  const failure = await replay(inputs, new URL('test/', setting.root));
  const ended = failure === undefined ? { ok: true } : { ok: false, kind: failure.kind, text: failure.message };
  if (wish.json) setting.print(JSON.stringify(ended));
  else setting.print(failure === undefined ? 'nothing is wrong any more' : `${failure.kind}: ${failure.message}`);
  return ended.ok ? 0 : 1;
}

async function proveItself({ json, seed }: Wish, { root, print }: Setting): Promise<boolean> {
  const proofs = await prove(root, seed, (proof) => print(json ? JSON.stringify(proof) : textOfProof(proof)));
  return proofs.every(({ found }) => found);
}

function textOfProof({ planted, found, runs, kind, text }: Proof): string {
  if (!found) return `planted: ${planted}: NOT FOUND within ${runs} runs: ${text}`;
  return `planted: ${planted}: found in run ${runs}, ${kind}: ${text}`;
}

async function runAll(wish: Wish, { root, print }: Setting): Promise<number> {
  const { json } = wish;
  const summary = await run(wish, new URL('test/', root), {
    progress: (done, reached) => {
      if (!json) print(`${done} runs, ${reached.features} features, ${reached.kept} inputs kept`);
    },
    failure: (reproducer) => {
      const file = writeReproducer(reproducer);
      print(json ? JSON.stringify({ failure: { ...reproducer, file } }) : textOfFailure(reproducer, file));
    },
  });
  print(json ? JSON.stringify(summary) : textOfSummary(summary));
  return summary.ok ? 0 : 1;
}

function textOfFailure({ kind, text, seed, run: number, inputs }: Reproducer, file: string): string {
  const [input] = inputs;
  const lines = [`${kind}: ${text}`, `seed ${seed}, run ${number}, target ${input?.target}`];
  if (inputs.length === 1) lines.push(JSON.stringify(input).slice(0, 2_000));
  return [...lines, `again: npm run fuzz -- --replay ${file}`].join('\n');
}

function textOfSummary({ ok, seed, runs, seconds, runsPerSecond, features, kept, heap, serverHeap }: Summary): string {
  const counts = Object.entries(runs).map(([target, count]) => `${target} ${count}`);
  const megabytes = (bytes = 0): string => (bytes / 1_048_576).toFixed(1);
  return [
    `${ok ? 'nothing found' : 'FAILED'}, seed ${seed}: ${counts.join(', ')} runs in ${seconds} s, ${runsPerSecond}/s in memory`,
    `${features} features, ${kept} inputs kept`,
    `heap ${megabytes(heap?.before)} to ${megabytes(heap?.after)} MB; of the live server ${megabytes(serverHeap?.before)} to ${megabytes(serverHeap?.after)} MB`,
  ].join('\n');
}
