// A run of `npm test` with stages of a test's own: each argument is the name of one, in the order in which they run.
import { runBounded } from '../../build/run-bounded.mjs';
import { createTestRun } from '../../build/test-run.mjs';

const stages = {
  good: async () => ({ passed: 2, failed: 0, skipped: 1 }),
  // A script whose child ignores being asked, and holds its output open.
  hangs: async (signal) => {
    const child = "process.on('SIGINT', () => {}); setInterval(() => {}, 1000)";
    const script = `process.on('SIGINT', () => {}); require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' }); console.log('begun'); setInterval(() => {}, 1000)`;
    const { ok } = await runBounded('hangs', ['-e', script], { signal, graceMs: 200, limitMs: Number(process.env.STAGE_LIMIT_MS ?? 60_000) });
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  },
  deaf: () => new Promise(() => setInterval(() => undefined, 1000)),
  forgotten: () => new Promise(() => undefined),
  throws: async () => { throw new Error('a stage broke'); },
  leaks: async () => {
    void Promise.reject(new Error('nobody caught this'));
    return new Promise(() => setInterval(() => undefined, 1000));
  },
};

const run = createTestRun({ endWithinMs: 1000, limitMs: Number(process.env.RUN_LIMIT_MS ?? 60_000) });
process.stdout.write('running\n');
for (const name of process.argv.slice(2)) await run.timed(name, stages[name]);
run.finish();
