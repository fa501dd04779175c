import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../build/root.mjs';

/** Prints the table and writes out/load.json. @returns the exit status */
export async function reportLoad(parts, { isCut }) {
  const machine = { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.versions.node, load: loadavg().map((load) => Math.round(load * 10) / 10) };
  await mkdir(join(ROOT, 'out'), { recursive: true });
  await writeFile(join(ROOT, 'out', 'load.json'), `${JSON.stringify({ machine, parts }, null, 2)}\n`);
  const rows = parts.flatMap(({ rows: own }) => own);
  const [missed, left] = ['missed', 'not run'].map((state) => rows.filter((row) => row.state === state).length);
  console.log([
    '', `${machine.cores} cores, ${machine.memoryGiB} GiB of memory, Node.js ${machine.node}; load ${machine.load.join(' ')}`,
    ...parts.flatMap(tableOf), '',
    `${isCut ? 'Ended early. ' : ''}${rows.length} figures, ${missed} missed, ${left} not run. Written to out/load.json.`,
  ].join('\n'));
  if (missed > 0) return 1;
  return left > 0 ? 3 : 0;
}

function tableOf({ title, tookMs, rows }) {
  const cells = [[`${title} (${(tookMs / 1000).toFixed(0)} s)`, 'seen', 'bound', ''], ...rows.map(({ what, seen, bound, state }) => [what, seen, bound, state === 'missed' ? 'MISSED' : state])];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  return ['', ...cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)];
}
