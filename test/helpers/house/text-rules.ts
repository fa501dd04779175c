import { basename } from 'node:path';
import ts from 'typescript';
import { isInRoom, problemAt, walk, type Problem, type Rule, type Source } from './source.ts';

const MAX_LINES = 300;
const MAX_COMPONENT_LINES = 200;

/** Tools ask for a default export; components have one by nature. */
const DEFAULT_EXPORTERS = /^(?:build\/(?:[\w-]+\.config|vite\.[\w-]+)\.ts|eslint\.config\.js|.+\.vue)$/;

/** The one door that re-exports. */
const DOOR = 'server/index.ts';

/** Keepers of arguments, environment and exit status. */
const PROCESS_KEEPERS = ['server/cli.ts', 'electron/main/main.ts'];

export const checkSizes: Rule = (sources) =>
  sources.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    const most = path.endsWith('.vue') ? MAX_COMPONENT_LINES : MAX_LINES;
    return lines > most ? [`${path} has ${lines} lines; ${most} are the most`] : [];
  });

export const checkNames: Rule = (sources) =>
  sources.flatMap(({ path }) => {
    const name = basename(path);
    const fits = path.endsWith('.vue') ? /^(?:[A-Z][a-z\d]*)+\.vue$/ : /^[a-z\d]+(?:-[a-z\d]+)*(?:\.[a-z\d]+(?:-[a-z\d]+)*)*\.(?:ts|mts|mjs|js)$/;
    return fits.test(name) ? [] : [`${path} is not named like the others: kebab-case, components in PascalCase`];
  });

export const checkAny: Rule = (sources) =>
  eachNode(sources, (source, node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) return [problemAt(source, node, 'says any')];
    // Tests check an answer's outline and then say what it is.
    if (!isInRoom(source.path, 'test') && ts.isAsExpression(node) && ts.isAsExpression(node.expression) && !isConst(node.expression)) return [problemAt(source, node, 'casts twice')];
    return [];
  });

export const checkIgnores: Rule = (sources) =>
  sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (/(?:\/\/|\/\*)\s*@ts-(?:ignore|nocheck)/.test(line) ? [`${path}:${index + 1} silences the compiler`] : [])),
  );

export const checkDefaultExports: Rule = (sources) =>
  eachNode(sources.filter(({ path }) => !DEFAULT_EXPORTERS.test(path)), (source, node) => {
    const isDefault =
      (ts.isExportAssignment(node) && node.isExportEquals !== true) ||
      (ts.isExportSpecifier(node) && node.name.text === 'default') ||
      (node.kind === ts.SyntaxKind.DefaultKeyword && (ts.isFunctionDeclaration(node.parent) || ts.isClassDeclaration(node.parent)));
    return isDefault ? [problemAt(source, node, 'exports by default')] : [];
  });

export const checkBarrels: Rule = (sources) =>
  sources.flatMap(({ path, tree }) => {
    if (path === DOOR) return [];
    if (/(?:^|\/)index\.\w+$/.test(path)) return [`${path} is an index file; only ${DOOR} is a door`];
    const { statements } = tree;
    const isBarrel = statements.length > 0 && statements.every((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined);
    return isBarrel ? [`${path} only hands on what others export`] : [];
  });

export const checkProcess: Rule = (sources) =>
  eachNode(sources.filter(({ path }) => (isInRoom(path, 'server') || isInRoom(path, 'electron')) && !PROCESS_KEEPERS.includes(path)), (source, node) => {
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'process') return [];
    if (!['argv', 'env', 'exit', 'exitCode'].includes(node.name.text)) return [];
    return [problemAt(source, node, `reads process.${node.name.text}, which ${PROCESS_KEEPERS.join(', ')} keep`)];
  });

/** Tests wait for what they wait for, never for a time. */
export const checkSleeps: Rule = (sources) =>
  sources.filter(({ path }) => isInRoom(path, 'test')).flatMap((source) => [
    ...source.imports.filter(({ specifier }) => specifier.includes('timers/promises')).map(({ line }) => `${source.path}:${line} imports a sleep`),
    ...eachNode([source], (_, node) => (ts.isIdentifier(node) && node.text === 'waitForTimeout' ? [problemAt(source, node, 'sleeps')] : [])),
  ]);

/** What is not finished is not left behind with a note. */
export const checkNotes: Rule = (sources) =>
  sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (/(?:\/\/|\*|<!--|#).*\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/.test(line) ? [`${path}:${index + 1} leaves a note for later`] : [])),
  );

function isConst(node: ts.AsExpression): boolean {
  return ts.isTypeReferenceNode(node.type) && ts.isIdentifier(node.type.typeName) && node.type.typeName.text === 'const';
}

function eachNode(sources: readonly Source[], check: (source: Source, node: ts.Node) => readonly Problem[]): readonly Problem[] {
  const problems: Problem[] = [];
  for (const source of sources) walk(source, (node) => problems.push(...check(source, node)));
  return problems;
}
