/** What an editor has nothing to say about: public names, and members of them, without a docstring, and options without their default. */

import ts from 'typescript';
import type { Reading } from './surface.ts';

/** The names of what this package gives out undocumented, such as `Session.send`. What is inherited brings its docstring along. */
export function undocumentedOf(packageName: string, { checker, surfaces }: Reading): string[] {
  const names = surfaces.filter(({ entry }) => entry.packageName === packageName).flatMap((surface) => surface.names);
  const found = new Set<string>();
  const vague = new Set<string>();
  for (const { name, symbol } of names) {
    if (!isDocumented(symbol, checker)) found.add(name);
    for (const member of membersOf(symbol)) {
      if (!speaksForItself(member) && !isDocumented(member, checker)) found.add(`${name}.${member.name}`);
      else if (name.endsWith('Options') && isVague(member, checker)) vague.add(`${name}.${member.name}`);
    }
  }
  return [
    ...[...found].sort().map((name) => `${packageName}: ${name} has no docstring`),
    ...[...vague].sort().map((name) => `${packageName}: ${name} does not tell its default`),
  ];
}

function isDocumented(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getDocumentationComment(checker).length > 0;
}

/** An option that may be left out, and does not say what holds then. */
function isVague(option: ts.Symbol, checker: ts.TypeChecker): boolean {
  const text = ts.displayPartsToString(option.getDocumentationComment(checker));
  return (option.flags & ts.SymbolFlags.Optional) !== 0 && !text.includes('Default: ');
}

/** Of an interface or a class. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const isMade = (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) !== 0;
  return isMade ? [...(symbol.members?.values() ?? [])] : [];
}

/** What needs no words: a constructor, which is the class; what only subclasses see; a well-known symbol; and a word like `type: 'ping'`. */
function speaksForItself(member: ts.Symbol): boolean {
  if (/^__|^#/.test(member.name)) return true;
  if ((member.flags & ts.SymbolFlags.TypeParameter) !== 0) return true;
  return (member.declarations ?? []).some((declaration) => {
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    if ((ts.getCombinedModifierFlags(declaration) & hidden) !== 0) return true;
    return (
      (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration)) &&
      declaration.type !== undefined &&
      ts.isLiteralTypeNode(declaration.type)
    );
  });
}
