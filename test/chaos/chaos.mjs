// npm run chaos: every fault at every point. `npm run chaos -- --help` tells the options.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../build/root.mjs';
import { makeReady } from '../../build/setup.mjs';
import { prepareTools } from '../../build/test-tools.mjs';
import { readChaosOptions } from './chaos-options.mjs';
import { reportChaos } from './report-chaos.mjs';

async function chaos({ isAll, workers, grep }) {
  await makeReady();
  const tools = await prepareTools(['chromium', 'electron', 'display']);
  if (tools.missing.length > 0) throw new Error(`Missing: ${tools.missing.join(', ')}.`);
  const reportFile = join(ROOT, 'out', 'reports', 'chaos.json');
  const env = { ...tools.env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile, SLIPWAY_CHAOS: isAll ? 'all' : '' };
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--config', 'build/playwright.config.ts', '--project=chaos', '--reporter=list,json', `--workers=${workers}`, '--grep', grep];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  await reportChaos(reportFile, { isAll });
  process.exitCode = code ?? 1;
}

try {
  const options = readChaosOptions(process.argv.slice(2));
  if (options.help === undefined) await chaos(options);
  else console.log(options.help);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
