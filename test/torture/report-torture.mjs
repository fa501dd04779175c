import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../build/root.mjs';

/** Prints what was seen and writes out/torture.json. @returns how many rounds lost something */
export async function reportTorture(report, { isCut }) {
  await mkdir(join(ROOT, 'out'), { recursive: true });
  await writeFile(join(ROOT, 'out', 'torture.json'), `${JSON.stringify(report, null, 2)}\n`);
  const lost = report.rounds.filter(({ losses }) => losses.length > 0);
  const lines = [
    '', ...tableOf(report.rounds), '',
    ...Object.entries(report.leftOut).map(([fault, why]) => `Left out: ${fault}. ${why}`),
    ...Object.entries(report.growth).map(growthLine),
    ...lost.flatMap(({ round, fault, losses }) => [`Round ${round} (${fault}) lost:`, ...losses.map((loss) => `  ${loss}`), `  Again: npm run torture -- --seed ${report.seed} --from ${round} --rounds 1 --only ${report.faults.join(',')}`]),
    `${isCut ? 'Ended early. ' : ''}Seed ${report.seed}: ${report.rounds.length} rounds, ${lost.length} with losses. Written to out/torture.json.`, '',
  ];
  process.stdout.write(lines.join('\n'));
  return lost.length;
}

/** One line a round; on a terminal, each in the place of the one before. */
export function tellRound({ round, fault, files, bytes, tookMs, losses }, { last, isTerminal }) {
  const line = `round ${round} of ${last}: ${fault}, ${files} files, ${(bytes / 1e6).toFixed(1)} MB in ${(tookMs / 1000).toFixed(1)} s, ${losses.length === 0 ? 'all whole' : `${losses.length} LOST`}`;
  process.stderr.write(isTerminal && losses.length === 0 ? `\r${line.padEnd(79)}` : `${line}\n`);
}

function tableOf(rounds) {
  const faults = [...new Set(rounds.map(({ fault }) => fault))];
  const rows = faults.map((fault) => {
    const own = rounds.filter((round) => round.fault === fault);
    const sum = (key) => own.reduce((total, round) => total + round[key], 0);
    return [fault, own.length, sum('strikes'), sum('files'), (sum('bytes') / 1e6).toFixed(0), sum('tries'), own.filter(({ losses }) => losses.length > 0).length].map(String);
  });
  const table = [['fault', 'rounds', 'strikes', 'files', 'MB', 'tries again', 'rounds with losses'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) => `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(' | ')} |`);
}

function growthLine([server, { rounds, descriptors, residentBytes }]) {
  const megabytes = residentBytes.map((bytes) => (bytes / 1e6).toFixed(0)).join(' → ');
  return `One server through ${rounds} rounds (${server}): descriptors ${descriptors.join(' → ')}, memory ${megabytes} MB.`;
}
