import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../build/root.mjs';
import { readRuns, renderRuns } from './chaos-table.mjs';

/** Prints the table of runs and writes out/chaos.json. */
export async function reportChaos(reportFile, { isAll }) {
  const runs = readRuns(reportFile);
  await mkdir(join(ROOT, 'out'), { recursive: true });
  await writeFile(join(ROOT, 'out', 'chaos.json'), `${JSON.stringify({ isAll, runs }, null, 2)}\n`);
  const failed = runs.filter(({ passed }) => !passed).length;
  const scope = isAll ? 'Every fault at every point.' : 'Every fault for the page, at one point with one size each; `npm run chaos` runs all points with both sizes, from the window and other clients too.';
  process.stdout.write(`\n${renderRuns(runs)}\n\n${scope} ${runs.length} runs, ${failed} failed. Written to out/chaos.json.\n`);
}
