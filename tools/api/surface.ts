/** The public surface, as TypeScript reads it from what was built: each entry point, and the names that it gives out. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** One subpath of one package. */
export interface EntryPoint {
  /** As it is imported, such as `@systole/watch/redis`. */
  readonly name: string;
  readonly packageName: string;
  /** Its built declarations. */
  readonly file: string;
}

/** A name that an entry point gives out. */
export interface PublicName {
  readonly name: string;
  /** What it stands for, wherever that is declared. */
  readonly symbol: ts.Symbol;
  /** Whether it is there at run time, too. */
  readonly isValue: boolean;
}

/** An entry point, read. */
export interface Surface {
  readonly entry: EntryPoint;
  /** By name. */
  readonly names: readonly PublicName[];
}

/** All entry points, read by one program. */
export interface Reading {
  readonly checker: ts.TypeChecker;
  readonly surfaces: readonly Surface[];
}

/** What the packages share among themselves, and promise to nobody: it may change in any release. */
const INTERNAL = '@systole/core/internal';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly types: string }>>;
}

/** The public entry points of the package in this folder, in the order of its `exports`. */
export function entryPointsOf(folder: string): EntryPoint[] {
  const { name: packageName, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const points = Object.entries(exports).map(([subpath, { types }]) => {
    return { name: `${packageName}${subpath.slice(1)}`, packageName, file: join(folder, types) };
  });
  return points.filter(({ name }) => name !== INTERNAL);
}

/** As a stranger's editor reads them: with Node's types, and nothing forgiven. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  skipLibCheck: true, // a test of the packed packages checks them all
  noEmit: true,
};

/** @throws Error for an entry point that is not built. */
export function readSurfaces(entries: readonly EntryPoint[]): Reading {
  const folder = dirname(entries[0]?.file ?? '.');
  const files = entries.map(({ file }) => file);
  const program = ts.createProgram(files, OPTIONS, hostIn(folder));
  const checker = program.getTypeChecker();
  const surfaces = entries.map((entry) => {
    const source = program.getSourceFile(entry.file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${entry.file} is missing, or exports nothing: npm run build`);
    return { entry, names: namesOf(module, checker) };
  });
  return { checker, surfaces };
}

/** Types such as Node's are looked for from there on upwards. */
function hostIn(folder: string): ts.CompilerHost {
  return { ...ts.createCompilerHost(OPTIONS), getCurrentDirectory: () => folder };
}

function namesOf(module: ts.Symbol, checker: ts.TypeChecker): PublicName[] {
  const names = checker.getExportsOfModule(module).map((exported) => {
    const symbol = resolve(exported, checker);
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(exported, checker);
    return { name: exported.name, symbol, isValue };
  });
  return names.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What an import or a re-export stands for. */
export function resolve(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** Whether `export type` stands somewhere on the way from the declaration. */
function isTypeOnly(exported: ts.Symbol, checker: ts.TypeChecker): boolean {
  for (let at: ts.Symbol | undefined = exported; at !== undefined; at = nextOf(at, checker)) {
    if (at.declarations?.some(ts.isTypeOnlyExportDeclaration) === true) return true;
  }
  return false;
}

function nextOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol | undefined {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? undefined : checker.getImmediateAliasedSymbol(symbol);
}
