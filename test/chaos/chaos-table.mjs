import { readFileSync } from 'node:fs';

const SENDERS = ['page', 'window', 'Uppy', 'tus-js-client'];

/** The runs in a JSON report of Playwright, in a steady order. */
export function readRuns(reportFile) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  return report.suites.flatMap(runsIn).sort((one, other) => SENDERS.indexOf(one.sender) - SENDERS.indexOf(other.sender));
}

function runsIn({ suites = [], specs = [] }) {
  return [...specs.flatMap(({ tests }) => tests.flatMap(runOf)), ...suites.flatMap(runsIn)];
}

function runOf({ annotations, results }) {
  const note = annotations.findLast(({ type }) => type === 'chaos');
  const result = results.at(-1);
  if (note === undefined || result === undefined) return [];
  const run = JSON.parse(note.description);
  return [{ ...run, passed: result.status === 'passed', ...(result.status === 'passed' ? {} : { reason: firstLine(result.error?.message) }) }];
}

function firstLine(message = 'ended without a word') {
  // eslint-disable-next-line no-control-regex -- colours for terminals begin with one
  return message.replaceAll(/\u001b\[[\d;]*m/g, '').split('\n')[0].replace(/^Error: /, '');
}

/** One line a run, as a Markdown table, which is also plain enough for a terminal. */
export function renderRuns(runs) {
  const rows = runs.map(({ what, percent, size, sender, passed, reason, resentBytes, healMs }) => [
    what, percent === null ? '' : `${percent} %`, size, sender, passed ? 'whole, once' : `FAILED: ${reason}`,
    resentBytes === null ? '' : `${(resentBytes / 1e6).toFixed(2)} MB`, healMs === null ? '' : `${(healMs / 1000).toFixed(1)} s`,
  ]);
  return table(['fault', 'at', 'files', 'sender', 'result', 're-sent', 'healed in'], rows);
}

function table(head, rows) {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => (column === 1 || column > 4 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 1 || column > 4 ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
