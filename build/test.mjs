import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endWithNpm } from './end-with-npm.mjs';
import { ROOT } from './root.mjs';
import { say } from './say.mjs';
import { isInstalled } from './installed.mjs';
import { StepFailed } from './run-step.mjs';
import { makeReady } from './setup.mjs';
import { createTestRun } from './test-run.mjs';
import { STAGES } from './test-stages.mjs';
import { prepareSystem, prepareTools } from './test-tools.mjs';

// npm test              every stage
// npm test -- server    only the stages named
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !STAGES.some((stage) => stage.name === name));
if (unknown.length > 0) {
  say(`there is no stage ${unknown.join(', ')}; there are: ${STAGES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const stages = STAGES.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
const needs = stages.flatMap((stage) => [...stage.needs, ...(stage.wants ?? [])]);
// Where a machine looks, what is missing counts as failed, for nobody reads the line that says so; and the machine gives up after 15 minutes.
const strict = process.env.CI === 'true';
const LIMIT_MS = strict ? 870_000 : 3_600_000;

const run = createTestRun({ limitMs: LIMIT_MS });
endWithNpm();
await rm(join(ROOT, 'out', 'reports'), { recursive: true, force: true });
// The system's packages come from elsewhere than npm's.
await Promise.all([run.timed('install and build', setUp), strict ? prepareSystem(needs) : null]);
if (!isInstalled()) run.finish();
const tools = (await run.timed('tools', () => prepareTools(needs), countTools)) ?? { missing: needs, env: process.env };
// What keeps one processor busy runs beside the first of the others, which come one after the other.
const beside = stages.filter(({ isAside }) => isAside).map(runStage);
for (const stage of stages) if (!stage.isAside) await runStage(stage);
await Promise.all(beside);
run.finish();

async function runStage({ name, needs: needed, run: work }) {
  const missing = needed.filter((need) => tools.missing.includes(need));
  if (missing.length > 0) run.add(name, { passed: 0, failed: 0, skipped: 1 }, `skipped: ${missing.join(', ')} missing`);
  else await run.timed(name, (signal) => work(tools, signal));
}

function countTools({ lacking }) {
  return { passed: 0, failed: strict ? lacking.length : 0, skipped: 0 };
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
