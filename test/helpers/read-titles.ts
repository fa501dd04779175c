import ts from 'typescript';
import { walk, type Source } from './house/source.ts';

/**
 * The titles of the tests in a file, as far as they can be read without running it: a title that begins with `%s` or `%j` stands
 * for one title a row, with the first cell in its place. Tests that are skipped whatever happens do not count.
 */
export function readTitles(source: Source): readonly string[] {
  const titles: string[] = [];
  walk(source, (node) => {
    if (!ts.isCallExpression(node) || !isTest(node.expression)) return;
    const title = node.arguments[0] === undefined ? undefined : textOf(node.arguments[0]);
    if (title === undefined) return;
    const table = tableOf(node.expression, source);
    titles.push(...(table === undefined || !/^%[sj]/u.test(title) ? [title] : firstCells(table).map((cell) => cell + title.slice(2))));
  });
  return titles;
}

/** `test`, `it`, `test.each(…)`, `test.skipIf(…)`, `test.skipIf(…).each(…)`, but not `test.skip`. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'test' || callee.text === 'it';
  if (ts.isPropertyAccessExpression(callee)) return ['each', 'skipIf', 'runIf', 'concurrent'].includes(callee.name.text) && isTest(callee.expression);
  return ts.isCallExpression(callee) && isTest(callee.expression);
}

function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? `${node.head.text}…` : undefined;
}

/** The rows of `test.each(rows)('title')`, also when they stand in a constant of the file. */
function tableOf(callee: ts.Expression, source: Source): ts.ArrayLiteralExpression | undefined {
  const rows = ts.isCallExpression(callee) ? callee.arguments[0] : undefined;
  return rows === undefined ? undefined : arrayIn(rows, source);
}

function arrayIn(node: ts.Expression, source: Source): ts.ArrayLiteralExpression | undefined {
  if (ts.isArrayLiteralExpression(node)) return node;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) return arrayIn(node.expression, source);
  // Of rows that are filtered, some are left.
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'filter') return arrayIn(node.expression.expression, source);
  if (!ts.isIdentifier(node)) return undefined;
  let found: ts.ArrayLiteralExpression | undefined;
  walk(source, (each) => {
    if (ts.isVariableDeclaration(each) && ts.isIdentifier(each.name) && each.name.text === node.text && each.initializer !== undefined) found = arrayIn(each.initializer, source);
  });
  return found;
}

function firstCells(table: ts.ArrayLiteralExpression): readonly string[] {
  return table.elements.flatMap((row) => {
    const cell = ts.isArrayLiteralExpression(row) ? row.elements[0] : row;
    const text = cell === undefined ? undefined : textOf(cell);
    return text === undefined ? [] : [text];
  });
}
