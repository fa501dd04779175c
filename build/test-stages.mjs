import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { reportChaos } from '../test/chaos/report-chaos.mjs';
import { runBounded } from './run-bounded.mjs';

const REPORTS = join(ROOT, 'out', 'reports');
const HOUSE = 'test/house';

/**
 * What `npm test` runs, in this order: `needs` names what it cannot do without (see
 * system-needs.mjs), `wants` what single tests need, `isAside` that it runs beside the others, from the start,
 * `run` answers how many tests passed, failed and were skipped, and ends when its signal says so.
 */
export const STAGES = [
  { name: 'lint', needs: [], isAside: true, run: (_tools, signal) => check('lint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'], { signal }) },
  { name: 'types', needs: [], run: (_tools, signal) => check('types', ['node_modules/vue-tsc/bin/vue-tsc.js', '-b'], { signal }) },
  { name: 'house', needs: [], run: (tools, signal) => vitest('house', [HOUSE], tools, signal) },
  { name: 'server', needs: [], wants: ['programs', 'display'], run: (tools, signal) => vitest('server', ['--exclude', `${HOUSE}*.test.ts`], tools, signal) },
  { name: 'renderer', needs: ['chromium'], run: (tools, signal) => playwright('renderer', ['renderer', 'browser'], tools, signal) },
  { name: 'electron', needs: ['electron', 'display'], wants: ['programs'], run: (tools, signal) => playwright('electron', ['electron'], tools, signal) },
  { name: 'chaos', needs: ['chromium'], run: chaos },
  { name: 'packed', needs: ['electron', 'display'], run: packed },
];

async function check(name, command, options) {
  const { ok } = await runBounded(name, command, options);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

async function vitest(name, args, tools, signal) {
  const file = join(REPORTS, `${name}.json`);
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'build/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args];
  const { ok } = await runBounded(name, command, { env: tools.env, signal });
  const report = readReport(file);
  const unloadable = report?.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0).length ?? 0;
  return atLeastOneFailure(ok, {
    passed: report?.numPassedTests ?? 0,
    failed: (report?.numFailedTests ?? 0) + unloadable,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  });
}

async function playwright(name, projects, tools, signal, files = []) {
  const file = join(REPORTS, `${name}.json`);
  const command = ['node_modules/@playwright/test/cli.js', 'test', '--config', 'build/playwright.config.ts', '--reporter=list,json', ...projects.map((project) => `--project=${project}`), ...files];
  const { ok } = await runBounded(name, command, { env: { ...tools.env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }, signal });
  const stats = readReport(file)?.stats;
  return atLeastOneFailure(ok, { passed: stats?.expected ?? 0, failed: (stats?.unexpected ?? 0) + (stats?.flaky ?? 0), skipped: stats?.skipped ?? 0 });
}

async function chaos(tools, signal) {
  // The page alone: with the window and other clients it takes minutes, which `npm run chaos` has.
  const result = await playwright('chaos', ['chaos'], tools, signal, ['test/chaos/page.spec.ts']);
  const reportFile = join(REPORTS, 'chaos.json');
  // A run that ended before it wrote one has said so already.
  if (existsSync(reportFile)) await reportChaos(reportFile, { isAll: false });
  return result;
}

async function packed(tools, signal) {
  const { ok } = await runBounded('packed', ['build/package.mjs', '--drivable'], { env: tools.env, signal });
  if (!ok || signal.aborted) return { passed: 0, failed: 1, skipped: 0 };
  return playwright('packed', ['packed'], tools, signal);
}

/** What fails outside a test, an import or a hook for instance, is a failure too; so is a run without a single test. */
function atLeastOneFailure(ok, counts) {
  return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // the run ended before it wrote one; its status says that it failed
  }
}
