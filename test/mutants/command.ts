/** The command `npm run mutants`: its arguments, and what it prints. */

import { parseArgs } from 'node:util';
import type { Bug } from './bug.ts';
import type { Finding, Summary } from './run.ts';
import { NoVerdictError, run } from './run.ts';

/** What the command works on, and where it writes to. */
export interface Setting {
  readonly zoo: readonly Bug[];
  /** The root of the house. */
  readonly root: string;
  readonly print: (line: string) => void;
  readonly complain: (text: string) => void;
}

const USAGE = 'usage: npm run mutants -- [--json] [M9 S3 ...]';

/** Returns the exit code: 0 if every mutant was killed, 1 if not, 2 for wrong arguments. */
export async function command(args: readonly string[], { zoo, root, print, complain }: Setting): Promise<number> {
  let chosen: ReturnType<typeof readArguments>;
  try {
    chosen = readArguments(args, zoo);
  } catch (error) {
    complain(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { json, bugs } = chosen;
  try {
    const summary = await run(bugs, root, {
      note: (text) => print(json ? JSON.stringify({ note: text }) : text),
      finding: (finding) => print(json ? JSON.stringify(finding) : textOf(finding)),
    });
    print(json ? JSON.stringify(summary) : textOfSummary(summary));
    return summary.ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    complain(error.message);
    return 1;
  }
}

function readArguments(
  args: readonly string[],
  zoo: readonly Bug[],
): { readonly json: boolean; readonly bugs: readonly Bug[] } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((id) => !zoo.some((bug) => bug.id === id));
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')} in the zoo`);
  return { json: values.json, bugs: positionals.length === 0 ? zoo : zoo.filter(({ id }) => positionals.includes(id)) };
}

/** A line for what was planted, and one for who has found it. */
function textOf(finding: Finding): string {
  const { id, name, outcome } = finding;
  const line = (time: string, text: string): string =>
    `${id.padEnd(4)} ${outcome.padEnd(8)} ${time.padStart(7)}  ${text}`;
  if (outcome === 'absent') return `${line('', name)}\n${indent(finding.why)}`;
  const head = line(`${(finding.ms / 1_000).toFixed(1)} s`, `${name}: ${finding.title}`);
  if (outcome === 'survived') return head;
  return `${head}\n${indent(outcome === 'killed' ? `${finding.file}: ${finding.test}` : finding.why)}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, ' '.repeat(23));
}

function textOfSummary({ bugs, killed, survived, broken, absent, ms }: Summary): string {
  const counts = `${killed} killed, ${survived} survived, ${broken} broken`;
  return `${bugs} bugs, of which ${absent} cannot exist here; mutants: ${counts}; ${Math.round(ms / 1_000)} s`;
}
