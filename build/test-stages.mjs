import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { reportChaos } from '../test/chaos/report-chaos.mjs';
import { runBounded } from './run-bounded.mjs';

const REPORTS = join(ROOT, 'out', 'reports');
const HOUSE = 'test/house';

/**
 * What `npm test` runs, in this order: `needs` names what it cannot do without (see
 * system-needs.mjs), `wants` what single tests need, `sideBySide` that it keeps only one processor busy,
 * `run` answers how many tests passed, failed and were skipped.
 */
export const STAGES = [
  { name: 'types', needs: [], sideBySide: true, run: () => check('types', ['node_modules/vue-tsc/bin/vue-tsc.js', '-b']) },
  { name: 'lint', needs: [], sideBySide: true, run: () => check('lint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']) },
  { name: 'house', needs: [], run: (tools) => vitest('house', [HOUSE], tools) },
  { name: 'server', needs: [], wants: ['programs'], run: (tools) => vitest('server', ['--exclude', `${HOUSE}*.test.ts`], tools) },
  { name: 'renderer', needs: ['chromium'], run: (tools) => playwright('renderer', ['renderer', 'browser'], tools) },
  { name: 'electron', needs: ['electron', 'display'], wants: ['programs'], run: (tools) => playwright('electron', ['electron'], tools) },
  { name: 'chaos', needs: ['chromium'], run: chaos },
  { name: 'packed', needs: ['electron', 'display'], run: packed },
];

async function check(name, command) {
  const { ok } = await runBounded(name, command);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

async function vitest(name, args, tools) {
  const file = join(REPORTS, `${name}.json`);
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'build/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args];
  const { ok } = await runBounded(name, command, { env: tools.env });
  const report = readReport(file);
  const unloadable = report?.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0).length ?? 0;
  return atLeastOneFailure(ok, {
    passed: report?.numPassedTests ?? 0,
    failed: (report?.numFailedTests ?? 0) + unloadable,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  });
}

async function playwright(name, projects, tools, files = []) {
  const file = join(REPORTS, `${name}.json`);
  const command = ['node_modules/@playwright/test/cli.js', 'test', '--config', 'build/playwright.config.ts', '--reporter=list,json', ...projects.map((project) => `--project=${project}`), ...files];
  const { ok } = await runBounded(name, command, { env: { ...tools.env, PLAYWRIGHT_JSON_OUTPUT_FILE: file } });
  const stats = readReport(file)?.stats;
  return atLeastOneFailure(ok, { passed: stats?.expected ?? 0, failed: (stats?.unexpected ?? 0) + (stats?.flaky ?? 0), skipped: stats?.skipped ?? 0 });
}

async function chaos(tools) {
  // The page alone: with the window and other clients it takes minutes, which `npm run chaos` has.
  const result = await playwright('chaos', ['chaos'], tools, ['test/chaos/page.spec.ts']);
  const reportFile = join(REPORTS, 'chaos.json');
  // A run that ended before it wrote one has said so already.
  if (existsSync(reportFile)) await reportChaos(reportFile, { isAll: false });
  return result;
}

async function packed(tools) {
  const { ok } = await runBounded('packed', ['build/package.mjs', '--drivable'], { env: tools.env });
  if (!ok) return { passed: 0, failed: 1, skipped: 0 };
  return playwright('packed', ['packed'], tools);
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
