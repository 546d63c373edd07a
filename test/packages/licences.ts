/** The licences of all that comes with our packages: the page that lists them, and which of them we take. */

import type { Brought, Lock } from './lock.ts';
import { companyOf } from './lock.ts';

/** Those that ask for no more than to be kept beside the code. */
const ALLOWED: readonly string[] = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** What these packages of ours bring with them, each once, by name. */
export function broughtBy(folders: readonly string[], lock: Lock): Brought[] {
  const all = folders.flatMap((folder) => companyOf(folder, lock).others);
  return [...new Map(all.map((brought) => [brought.path, brought])).values()].sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
}

/** Says which have a licence that we do not take, or none. */
export function judgeLicences(brought: readonly Brought[]): string[] {
  return brought
    .filter(({ license = '' }) => !ALLOWED.includes(license))
    .map(({ name, version, license }) => `${name} ${version} has the licence ${license ?? 'of nobody knows whom'}`);
}

/** The page `THIRD-PARTY.md`. */
export function thirdPartyPage(folders: readonly string[], lock: Lock): string {
  const companies = folders.map((folder) => ({ folder, ...companyOf(folder, lock) }));
  const usersOf = (path: string): string =>
    companies
      .filter(({ others }) => others.some((other) => other.path === path))
      .map(({ folder }) => folder)
      .join(', ');
  const rows = broughtBy(folders, lock).map(
    ({ name, version, license = 'none', path, optional }) =>
      `| ${name}${optional ? ' (optional)' : ''} | ${version} | ${license} | ${usersOf(path)} |`,
  );
  const unknown = [...new Set(companies.flatMap((company) => company.unknown))].sort();
  return `${HEAD}\n${rows.join('\n')}\n\n${TAIL}${unknown.map((name) => `\`${name}\``).join(', ')}.\n`;
}

const HEAD = `# What comes with the packages

Every package of somebody else's that npm installs with one of ours, in the versions of our lock file. None of its code is in our tarballs, so each brings its licence itself.
Those that are optional are native code, which msgpackr uses where it is there, and what finds it: \`npm install --omit=optional\` leaves them out, and everything works.

\`npm run packages -- --write\` writes this page. It must be up to date, and each licence one of these: ${ALLOWED.join(', ')}.

| package | version | licence | of |
| --- | --- | --- | --- |`;

const TAIL = 'Optional, for other platforms, and not in our lock file, so not looked at: ';
