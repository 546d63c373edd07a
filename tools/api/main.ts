/**
 * The public surface of the packages against its report in `etc`, and its flaws.
 *
 *   npm run api              fails if the report is not that of the surface, or if the surface has a flaw
 *   npm run api -- --write   writes the report
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { flawsOf } from './flaws.ts';
import { reportOf } from './report.ts';
import { entryPointsOf, readSurfaces } from './surface.ts';
import { undocumentedOf } from './undocumented.ts';

const PACKAGES = ['core', 'server', 'client', 'watch', 'testing'];
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** True if the file says so already, or was written. */
function settle(file: string, report: string, isToWrite: boolean): boolean {
  const path = `${root}${file}`;
  if (existsSync(path) && readFileSync(path, 'utf8') === report) return true;
  if (!isToWrite) return false;
  mkdirSync(`${root}etc`, { recursive: true });
  writeFileSync(path, report);
  console.log(`${file} is written: read what git diff says of it`);
  return true;
}

function run(isToWrite: boolean): boolean {
  const reading = readSurfaces(PACKAGES.flatMap((folder) => entryPointsOf(`${root}packages/${folder}`)));
  const names = PACKAGES.map((folder) => `@systole/${folder}`);
  const flaws = names.flatMap((name) => [...flawsOf(name, reading), ...undocumentedOf(name, reading)]);
  const reports = PACKAGES.map((folder) => [`etc/${folder}.api.md`, reportOf(`@systole/${folder}`, reading)] as const);
  const stale = reports.filter(([file, report]) => !settle(file, report, isToWrite)).map(([file]) => file);
  for (const flaw of flaws) console.error(flaw);
  for (const file of stale) {
    console.error(`${file} is not what the package gives out: run npm run api -- --write, and commit what it changes`);
  }
  const count = reading.surfaces.reduce((sum, surface) => sum + surface.names.length, 0);
  console.log(
    `${reading.surfaces.length} entry points, ${count} names, ${flaws.length} flaws, ${stale.length} stale reports`,
  );
  return flaws.length === 0 && stale.length === 0;
}

process.exitCode = run(process.argv.includes('--write')) ? 0 : 1;
