// npm run torture: what is lost when everything goes wrong. `npm run torture -- --help` tells the options.
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { ROOT } from '../../build/root.mjs';
import { makeReady } from '../../build/setup.mjs';
import { reportTorture, tellRound } from './report-torture.mjs';
import { readTortureOptions } from './torture-options.mjs';

async function torture(options) {
  await makeReady();
  const { module } = await runnerImport(join(ROOT, 'test', 'torture', 'run-torture.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
  const ending = new AbortController();
  const onInterrupt = () => {
    if (ending.signal.aborted) process.exit(130);
    process.stderr.write('\nEnding after this round; ^C again ends at once.\n');
    ending.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.stderr.write(`Seed ${options.seed}\n`);
  const isTerminal = process.stderr.isTTY === true;
  const onRound = (report) => tellRound(report, { last: options.from + options.rounds - 1, isTerminal });
  const report = await module.runTorture({ ...options, root: ROOT, signal: ending.signal, onRound });
  const lost = await reportTorture({ ...report, faults: options.faults }, { isCut: ending.signal.aborted });
  process.exitCode = lost > 0 ? 1 : 0;
}

try {
  const options = readTortureOptions(process.argv.slice(2));
  if (options.help === undefined) await torture(options);
  else console.log(options.help);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
