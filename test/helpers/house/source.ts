import { posix } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** As written: `./queue.ts`, `express`, `node:fs`. */
  readonly specifier: string;
  /** Path from the project's folder of the file that is meant; null for packages and Node's own modules. */
  readonly target: string | null;
  /** Name of the package; null for files and Node's own modules. */
  readonly packageName: string | null;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
  readonly names: readonly string[];
  readonly line: number;
}

/** One file of the project, read for the house rules. */
export interface Source {
  /** From the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** A broken rule, for people: `server/queue.ts:12 imports …`. */
export type Problem = string;

export type Rule = (sources: readonly Source[]) => readonly Problem[];

export function parseSource(path: string, text: string): Source {
  const code = path.endsWith('.vue') ? scriptOf(text) : text;
  const tree = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, /\.m?js$/.test(path) ? ts.ScriptKind.JS : ts.ScriptKind.TS);
  return { path, text, tree, imports: findImports(path, tree) };
}

export function problemAt(source: Source, node: ts.Node, what: string): Problem {
  return `${source.path}:${lineOf(source.tree, node)} ${what}`;
}

/** Calls back for every node of the file. */
export function walk(source: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(source.tree);
}

export function isInRoom(path: string, room: string): boolean {
  return path.startsWith(`${room}/`);
}

function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** The script blocks of a component; what stands around them becomes empty lines, so that line numbers stay right. */
function scriptOf(text: string): string {
  let code = '';
  let end = 0;
  for (const match of text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)) {
    const start = match.index + match[0].indexOf('>') + 1;
    code += text.slice(end, start).replace(/[^\n]/g, '') + (match[1] ?? '');
    end = start + (match[1] ?? '').length;
  }
  return code;
}

function findImports(path: string, tree: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (module: ts.Node | undefined, typeOnly: boolean, names: readonly string[]): void => {
    if (module === undefined || !ts.isStringLiteralLike(module)) return;
    found.push({ specifier: module.text, ...resolve(path, module.text), typeOnly, names, line: lineOf(tree, module) });
  };
  const step = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause), namesOf(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, []);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true, []);
    else if (ts.isCallExpression(node) && isImportCall(node)) add(node.arguments[0], false, []);
    ts.forEachChild(node, step);
  };
  step(tree);
  return found;
}

/** `import('…')` and `require('…')`, and `new URL('…', import.meta.url)` is not one of them. */
function isImportCall(node: ts.CallExpression): boolean {
  return node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require');
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  return clause.name === undefined && named !== undefined && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function namesOf(clause: ts.ImportClause | undefined): readonly string[] {
  const named = clause?.namedBindings;
  if (named === undefined || !ts.isNamedImports(named)) return [];
  return named.elements.map((element) => (element.propertyName ?? element.name).text);
}

function resolve(from: string, specifier: string): { readonly target: string | null; readonly packageName: string | null } {
  if (specifier.startsWith('.')) return { target: posix.normalize(posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''))), packageName: null };
  if (specifier.startsWith('node:')) return { target: null, packageName: null };
  const [first = '', second = ''] = specifier.split('/');
  return { target: null, packageName: first.startsWith('@') ? `${first}/${second}` : first };
}
