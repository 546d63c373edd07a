/**
 * The fault laboratory: every fault that a network and a peer can have, on a real kernel, between hosts made of network
 * namespaces; and what bare `node:net`, the kernel's keepalive and Systole tell of it, side by side.
 *
 * Run as root, with nftables and haproxy: `npm run test:faults`, or `npm run test:faults -- silent-drop host` for files whose names have
 * these in them. You will see a table and, as the last line, how many tests have passed. With `--json` every line is a JSON
 * object: a row of the table, a table of `{ title, head, rows }`, or `{ "failure": ... }`, and the summary as the last one. With `--write` the table goes into
 * docs/LIVENESS.md, too, unless a test has failed or was skipped.
 */

import process from 'node:process';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { writeDocument } from './lab/document.ts';
import { JsonReporter } from './lab/json-reporter.ts';

/** Most scenarios wait most of the time, each in a network of its own: so several at once do not disturb each other. */
const AT_ONCE = 4;

const USAGE = 'usage: npm run test:faults -- [--json] [--write | <part of a file name> ...]';

interface Arguments {
  readonly json: boolean;
  /** Whether the document is written. */
  readonly write: boolean;
  /** Parts of names of files. */
  readonly parts: readonly string[];
}

function readArguments(): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (values.write && positionals.length > 0) throw new Error('the document takes the faults of all files, or none');
    return { ...values, parts: positionals };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return undefined;
  }
}

async function run({ json, write, parts }: Arguments): Promise<void> {
  const filters = parts.map((part) => `test/faults/${part}`);
  const reporters = json ? { reporters: [new JsonReporter()] } : {};
  const vitest = await startVitest('test', filters, {
    project: ['faults', 'faults-alone'],
    watch: false,
    maxWorkers: AT_ONCE,
    ...reporters,
  });
  const modules = vitest.state.getTestModules();
  await vitest.close();
  if (write) await writeDocument(modules).catch(complain);
}

function complain({ message }: Error): void {
  console.error(`The document is left as it was: ${message}`);
  process.exitCode = 1;
}

const given = readArguments();
if (given === undefined) process.exitCode = 2;
else await run(given);
