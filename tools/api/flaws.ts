/** What must not be in the public surface: `any`, types of other libraries, and types that nobody can import. */

import { relative } from 'node:path';
import ts from 'typescript';
import type { PublicName, Reading } from './surface.ts';
import { resolve } from './surface.ts';

/** All that can be reached from the public names of a package, and is not as it should be. One sentence each. */
export function flawsOf(packageName: string, { checker, surfaces }: Reading): string[] {
  const names = surfaces.filter(({ entry }) => entry.packageName === packageName).flatMap((surface) => surface.names);
  const values = names.filter(({ isValue }) => isValue);
  const walk = new Walk(checker, setOf(names), setOf(values));
  for (const { symbol } of names) walk.enter(symbol);
  return [...walk.flaws].sort().map((flaw) => `${packageName}: ${flaw}`);
}

function setOf(names: readonly PublicName[]): ReadonlySet<ts.Symbol> {
  return new Set(names.map(({ symbol }) => symbol));
}

/** Walks from declaration to declaration, as far as ours go. What TypeScript and Node declare is as it is. */
class Walk {
  readonly flaws = new Set<string>();
  readonly #checker: ts.TypeChecker;
  readonly #given: ReadonlySet<ts.Symbol>;
  readonly #values: ReadonlySet<ts.Symbol>;
  readonly #seen = new Set<ts.Symbol>();

  /** `given` is all that can be imported, `values` what of it is there at run time. */
  constructor(checker: ts.TypeChecker, given: ReadonlySet<ts.Symbol>, values: ReadonlySet<ts.Symbol>) {
    this.#checker = checker;
    this.#given = given;
    this.#values = values;
  }

  enter(symbol: ts.Symbol): void {
    if (this.#seen.has(symbol)) return;
    this.#seen.add(symbol);
    for (const declaration of symbol.declarations ?? []) this.#look(declaration);
  }

  #look(node: ts.Node): void {
    if (isPrivate(node) || this.#isOutOfReach(node)) return;
    if (ts.isTypeNode(node) && !ts.isTemplateLiteralTypeSpan(node)) this.#lookAtType(node);
    else if (isUntyped(node) && this.#isAny(this.#checker.getTypeAtLocation(node))) this.#note(node, 'is any');
    if (ts.isIdentifier(node) && !isName(node)) this.#follow(node);
    ts.forEachChild(node, (child) => this.#look(child));
  }

  /** Of a class that is given out as a type only, nobody can call the constructor. */
  #isOutOfReach(node: ts.Node): boolean {
    if (!ts.isConstructorDeclaration(node)) return false;
    const symbol = this.#checker.getSymbolAtLocation(node.parent.name ?? node);
    return symbol !== undefined && this.#given.has(symbol) && !this.#values.has(symbol);
  }

  #lookAtType(node: ts.TypeNode): void {
    const type = this.#checker.getTypeFromTypeNode(node);
    if (this.#isAny(type)) this.#note(node, 'is any');
    else if (this.#argumentsOf(type).some((argument) => this.#isAny(argument))) {
      this.#note(node, 'has a type argument that is any');
    }
  }

  /** Those included that are left to a default. */
  #argumentsOf(type: ts.Type): readonly ts.Type[] {
    const isReference = (type.flags & ts.TypeFlags.Object) !== 0 && 'target' in type;
    const own = isReference ? this.#checker.getTypeArguments(type as ts.TypeReference) : [];
    return [...own, ...(type.aliasTypeArguments ?? [])];
  }

  #isAny(type: ts.Type): boolean {
    return (type.flags & ts.TypeFlags.Any) !== 0;
  }

  /** To what a name in a type stands for. */
  #follow(node: ts.Identifier): void {
    const found = this.#checker.getSymbolAtLocation(node);
    if (found === undefined) return;
    const symbol = resolve(found, this.#checker);
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || !isTopLevel(declaration)) return;
    const origin = originOf(declaration.getSourceFile().fileName);
    if (origin === 'platform') return;
    if (origin !== 'ours') {
      this.#note(node, `is a type of ${origin}`);
      return;
    }
    if (!this.#given.has(symbol))
      this.flaws.add(`${symbol.name} is needed, and not exported (${placeOf(declaration)})`);
    this.enter(symbol);
  }

  #note(node: ts.Node, what: string): void {
    this.flaws.add(`${node.getText()} in ${ownerOf(node)} ${what} (${placeOf(node)})`);
  }
}

/** Whose declaration this is: ours, that of TypeScript or Node, or that of the package of this name. */
function originOf(file: string): string {
  const [, name] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  if (name === undefined || name.startsWith('@systole/')) return 'ours';
  return ['typescript', '@types/node', 'undici-types'].includes(name) ? 'platform' : name;
}

function isPrivate(node: ts.Node): boolean {
  const { name } = node as { readonly name?: ts.Node };
  if (name !== undefined && ts.isPrivateIdentifier(name)) return true;
  return (
    ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true
  );
}

/** A declaration whose type is not said, nor given by its value. */
function isUntyped(node: ts.Node): boolean {
  const isDeclaration =
    ts.isParameter(node) ||
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isVariableDeclaration(node);
  return isDeclaration && node.type === undefined;
}

/** Whether it is the name of what is declared here, and so leads nowhere else. */
function isName(node: ts.Identifier): boolean {
  return (node.parent as { readonly name?: ts.Node }).name === node;
}

/** Not so a type parameter, a member, or the name of a whole module. */
function isTopLevel(declaration: ts.Declaration): boolean {
  if (ts.isSourceFile(declaration)) return false;
  return ts.isSourceFile(declaration.parent) || ts.isVariableDeclarationList(declaration.parent);
}

/** Such as `Session.send`. */
function ownerOf(node: ts.Node): string {
  const names: string[] = [];
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    const { name } = at as { readonly name?: ts.Node };
    if (name !== undefined && name !== node) names.unshift(name.getText());
  }
  return names.join('.');
}

function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${relative('.', source.fileName)}:${line + 1}`;
}
