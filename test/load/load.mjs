// npm run load: the server under load, attack and abuse, measured. `npm run load -- --help` tells the options.
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { ROOT } from '../../build/root.mjs';
import { makeReady } from '../../build/setup.mjs';
import { loadLargeUploads } from './large-uploads.mjs';
import { readLoadOptions } from './load-options.mjs';
import { reportLoad } from './report-load.mjs';

async function load({ parts, folder, gib, sizes }) {
  await makeReady();
  const { module } = await runnerImport(join(ROOT, 'test', 'load', 'run-load.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
  let isCut = false;
  process.on('SIGINT', () => {
    if (isCut) process.exit(130);
    process.stderr.write('\nEnding after this part; ^C again ends at once.\n');
    isCut = true;
  });
  const site = { root: ROOT, parent: folder };
  const reports = [];
  for (const part of parts) {
    if (isCut) break;
    process.stderr.write(`${part}: …`);
    const report = part === 'large' ? await large({ parent: folder, gib }) : await module.runPart(part, site, sizes);
    const missed = report.rows.filter(({ state }) => state === 'missed').length;
    process.stderr.write(`\r${part}: ${missed === 0 ? 'no bound missed' : `${missed} MISSED`}, ${(report.tookMs / 1000).toFixed(0)} s\n`);
    reports.push(report);
  }
  process.exitCode = await reportLoad(reports, { isCut });
}

async function large(options) {
  const beganMs = performance.now();
  const rows = await loadLargeUploads(options).catch((error) => [{ what: 'came to its end', seen: error.message, bound: 'yes', state: 'missed' }]);
  return { part: 'large', title: 'D19, I8: large files at once', tookMs: Math.round(performance.now() - beganMs), rows };
}

try {
  const options = readLoadOptions(process.argv.slice(2));
  if (options.help === undefined) await load(options);
  else console.log(options.help);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
