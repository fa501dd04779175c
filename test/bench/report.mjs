import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

/** What was measured on. */
export function describeMachine({ path, isMemory }) {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    curl: execFileSync('curl', ['--version'], { encoding: 'utf8' }).split(' ', 2)[1],
    folder: isMemory ? 'memory-backed' : 'on a disk, which is measured too',
    folderIsMemory: isMemory,
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    ...(isMemory ? {} : { folderPath: path }),
  };
}

/** Adds to each target whether it is met. */
export function decide(target) {
  const { figure, least, most, below } = target;
  const met = (least === undefined || figure >= least) && (most === undefined || figure <= most) && (below === undefined || figure < below);
  return { ...target, met: Number.isFinite(figure) && met };
}

/** Where the CPU time of a browser and its server went. */
function cpuTable({ title, rows }) {
  const watched = rows.filter(({ browserCpu }) => browserCpu !== undefined);
  if (watched.length === 0) return [];
  const names = Object.keys(watched[0].browserCpu);
  const cells = ({ name, browserCpu, cpuMs }) => [name, ...names.map((process) => `${browserCpu[process].toFixed(2)} s`), `${(cpuMs / 1000).toFixed(2)} s`];
  return ['', ...table([`CPU time, ${title}`, ...names, 'server'], watched.map(cells))];
}

/** All of it as Markdown, which is also plain enough for a terminal. */
export function render({ machine, tables, targets, memory, unchanged, profiles, notes }) {
  const { cores, processor, memoryGiB, system, node, folder, chromium } = machine;
  const lines = [
    `${cores} cores (${processor}), ${memoryGiB} GiB of memory, ${system}, Node.js ${node}, curl ${machine.curl}${chromium === undefined ? '' : `, Chromium ${chromium}`}; folder: ${folder}; load ${machine.load.join(' ')}`,
    ...tables.flatMap(({ title, rows, bytes }) => ['', ...table([title, 'median', 'fastest', 'slowest', 'MiB/s', 'server CPU', 'time, first = 1'], rows.map((row) => rowCells(row, rows[0], bytes)))]),
    ...tables.flatMap(cpuTable),
    ...(memory.length === 0 ? [] : ['', ...table(['while memory is watched', 'memory before', 'grown by', 'delay p99', 'delay at most', 'server CPU'],
      memory.map((row) => [row.road, `${row.beforeMiB} MiB`, `${row.grownMiB} MiB`, `${row.delayP99Ms} ms`, `${row.delayMaxMs} ms`, `${(row.cpuMs / 1000).toFixed(2)} s`]))]),
    ...(unchanged === undefined ? [] : ['', `unchanged poll: ${unchanged.bodyBytes} bytes, ${unchanged.wireBytes} with headers, ${unchanged.cpuMs} ms of server CPU (${unchanged.records} records)`]),
    '', ...table(['target', 'wanted', 'measured', ''], targets.map((target) => [target.what, wanted(target), figureOf(target), target.met ? 'met' : 'NOT MET'])),
    ...profiles.flatMap(({ road, frames }) => ['', ...table([`CPU profile of our server, ${road}`, 'share'], frames.map(({ frame, percent }) => [frame, `${percent} %`]))]),
    ...notes.flatMap((note) => ['', note]),
  ];
  return lines.join('\n');
}

function rowCells({ name, runsMs, medianMs, cpuMs }, first, bytes) {
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  return [name, seconds(medianMs), seconds(Math.min(...runsMs)), seconds(Math.max(...runsMs)), String(Math.round(bytes / 2 ** 20 / (medianMs / 1000))), Number.isFinite(cpuMs) ? seconds(cpuMs) : '', (medianMs / first.medianMs).toFixed(2)];
}

function wanted({ least, most, below, unit }) {
  if (least !== undefined) return `≥ ${least} ${unit.trim()}`;
  return most === undefined ? `< ${below} ${unit.trim()}` : `≤ ${most} ${unit.trim()}`;
}

function figureOf({ figure, unit }) {
  if (!Number.isFinite(figure)) return 'not measured';
  return `${Number(figure.toFixed(Math.abs(figure) < 10 ? 2 : 1))} ${unit.trim()}`;
}

function table(head, rows) {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(' | ')} |`;
  return [line(head), `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`, ...rows.map(line)];
}
