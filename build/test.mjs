import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ROOT } from './root.mjs';
import { say } from './say.mjs';
import { isInstalled } from './installed.mjs';
import { StepFailed } from './run-step.mjs';
import { makeReady } from './setup.mjs';
import { STAGES } from './test-stages.mjs';
import { prepareTools } from './test-tools.mjs';

// npm test              every stage
// npm test -- server    only the stages named
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !STAGES.some((stage) => stage.name === name));
if (unknown.length > 0) {
  say(`there is no stage ${unknown.join(', ')}; there are: ${STAGES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const stages = STAGES.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
const sum = { passed: 0, failed: 0, skipped: 0 };
// Where a machine looks, what is missing counts as failed: nobody reads the line that says so.
const strict = process.env.CI === 'true';

await rm(join(ROOT, 'out', 'reports'), { recursive: true, force: true });
await timed('install and build', setUp);
if (!isInstalled()) finish();
const tools = await prepareTools(stages.flatMap(({ needs, wants = [] }) => [...needs, ...wants]));
if (strict && tools.lacking.length > 0) add('tools', { passed: 0, failed: tools.lacking.length, skipped: 0 }, `missing: ${tools.lacking.join(', ')}`);
// Those that keep one processor busy run side by side, the others one after the other.
await Promise.all(stages.filter(({ sideBySide }) => sideBySide).map(runStage));
for (const stage of stages) if (!stage.sideBySide) await runStage(stage);

finish();

function finish() {
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}\n`);
  process.exit(sum.failed > 0 ? 1 : 0);
}

async function runStage({ name, needs, run }) {
  const missing = needs.filter((need) => tools.missing.includes(need));
  if (missing.length > 0) add(name, { passed: 0, failed: 0, skipped: 1 }, `skipped: ${missing.join(', ')} missing`);
  else await timed(name, () => run(tools));
}

async function setUp() {
  try {
    await makeReady();
    return { passed: 0, failed: 0, skipped: 0 };
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(error.message);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function timed(name, run) {
  const startedMs = performance.now();
  const result = await run();
  add(name, result, `${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

function add(name, { passed, failed, skipped }, remark) {
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
  const counts = [passed && `${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean).join(', ') || 'done';
  process.stdout.write(`${name.padEnd(18)} ${counts} (${remark})\n`);
}
