/** The report of a package: every public name with its type, in words that do not change unless the surface does. */

import ts from 'typescript';
import type { PublicName, Reading, Surface } from './surface.ts';

/** The report of one package, in Markdown. */
export function reportOf(packageName: string, { surfaces }: Pick<Reading, 'surfaces'>): string {
  const homes = homesOf(surfaces);
  const sections = surfaces
    .filter(({ entry }) => entry.packageName === packageName)
    .map((surface) => sectionOf(surface, homes));
  return `# ${packageName}: its public surface\n\n${HEAD}\n${sections.join('')}`;
}

const HEAD = `Every name that can be imported, with its type. Written by \`npm run api -- --write\`: read what has changed here before you commit it, as
strangers depend on it. Names that are there at run time, too, are listed first.`;

/** Where each symbol is at home: the first entry point that gives it out. Others give it out again. */
function homesOf(surfaces: readonly Surface[]): ReadonlyMap<ts.Symbol, string> {
  const homes = new Map<ts.Symbol, string>();
  for (const { entry, names } of surfaces) {
    for (const { symbol } of names) if (!homes.has(symbol)) homes.set(symbol, entry.name);
  }
  return homes;
}

function sectionOf({ entry, names }: Surface, homes: ReadonlyMap<ts.Symbol, string>): string {
  const values = names.filter(({ isValue }) => isValue).map(({ name }) => `\`${name}\``);
  const own = names.filter(({ symbol }) => homes.get(symbol) === entry.name);
  const lines = [...secondHand(entry.name, names, homes), ...own.map(declarationOf)];
  const listed = values.length === 0 ? 'No values.' : `Values: ${values.join(', ')}`;
  return `\n## ${entry.name}\n\n${listed}\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n`;
}

/** What is given out again, by where it is at home. */
function secondHand(here: string, names: readonly PublicName[], homes: ReadonlyMap<ts.Symbol, string>): string[] {
  const lines = new Map<string, string[]>();
  for (const { name, symbol, isValue } of names) {
    const home = homes.get(symbol);
    if (home === here || home === undefined) continue;
    const words = isValue ? 'export' : 'export type';
    const list = lines.get(`${words}|${home}`) ?? [];
    lines.set(`${words}|${home}`, [...list, name]);
  }
  return [...lines].map(([key, list]) => {
    const [words, home] = key.split('|');
    return `${words} {\n${list.map((name) => `    ${name},\n`).join('')}} from '${home}';`;
  });
}

const printer = ts.createPrinter({ removeComments: true });

/** As it is declared, without what is nobody's concern outside: comments, what is private, and how to make what is only a type. */
function declarationOf({ symbol, isValue }: PublicName): string {
  const texts = (symbol.declarations ?? []).map((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer
      .printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile())
      .replace(/^export declare /, 'export ')
      .replace(/^ +(#private|private .*);\n/gm, '')
      .replace(/^ +constructor\(.*\);\n/gm, (line) => (isValue ? line : ''));
  });
  return texts.join('\n');
}
