import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './root.mjs';
import { say } from './say.mjs';

// npm run scan: looks for known mistakes in how the window is made. The scanner brings 400 packages along, so it is fetched when it is
// asked for and no part of an installation. What it may find is listed in SECURITY.md, with the reason.
const SCANNER = '@doyensec/electronegativity@1.10.3';

const folder = await mkdtemp(join(tmpdir(), 'slipway-scan-'));
try {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const report = join(folder, 'report.csv');
  // Its exit status says nothing of what it found.
  await promisify(execFile)('npx', ['--yes', SCANNER, '--input', join(ROOT, 'electron'), '--electron-version', devDependencies.electron.replace(/^[~^]/, ''), '--output', report], { timeout: 300_000, maxBuffer: 1 << 24 });
  const known = await readFile(join(ROOT, 'SECURITY.md'), 'utf8');
  const [, ...lines] = (await readFile(report, 'utf8')).trim().split('\n');
  const found = lines.map((line) => line.split(',').map((cell) => cell.replace(/^"|"$/g, '')));
  for (const [issue, severity, confidence, file, location] of found) process.stdout.write(`${severity} ${confidence} ${issue} ${file.replace(`${ROOT}/`, '')}:${location}\n`);
  const open = found.filter(([issue, severity]) => severity === 'HIGH' || !known.includes(`\`${issue}\``));
  say(open.length === 0 ? `${found.length} findings, all of them explained in SECURITY.md` : `${open.length} findings that SECURITY.md does not explain, or that are HIGH`);
  process.exitCode = open.length === 0 ? 0 : 1;
} catch (error) {
  say(`the scanner could not be run (${error instanceof Error ? error.message.split('\n')[0] : error})`);
  process.exitCode = 3;
} finally {
  await rm(folder, { recursive: true, force: true });
}
