/**
 * Packages: what strangers get of us, looked at before they get it. All five are packed as for the registry, and then: each holds nothing but what
 * was built of a source that is there; publint and attw are content with it; knip finds nothing in the workspace that nobody uses;
 * client, server and watch are within their bounds; and all that comes with them has a licence that we take.
 *
 * Run: `npm run packages`; with `--write` it writes THIRD-PARTY.md anew. `npm run size` measures only, with `--json` as one JSON object.
 *
 * You will see a line for each check, then what it complains of, and the sizes. The exit code is 0 only if there is no complaint.
 */

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { command } from './command.ts';

process.exitCode = await command(process.argv.slice(2), {
  root: fileURLToPath(new URL('../../../', import.meta.url)),
  print: (line) => console.log(line),
  complain: (text) => console.error(text),
});
