import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startProcess, type TestProcess } from '../helpers/child-process.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';

const SCRIPT = fileURLToPath(new URL('../helpers/run-stages.mjs', import.meta.url));
const END_WITHIN_MS = 25_000;

function run(stages: readonly string[], env: Readonly<Record<string, string>> = {}): TestProcess {
  return startProcess(process.execPath, [SCRIPT, ...stages], env);
}

async function endOf(child: TestProcess): Promise<{ readonly status: number | null; readonly lastLine: string | undefined; readonly text: string }> {
  const { status } = await within(END_WITHIN_MS, 'the run to end', child.ended);
  return { status, lastLine: child.stdout().split('\n').at(-2), text: child.stdout() + child.stderr() };
}

describe('a run of all tests ends with what it counted, alone on the last line', () => {
  test('when all is well, with status 0', async () => {
    expect(await endOf(run(['good', 'good']))).toMatchObject({ status: 0, lastLine: '4 passed, 0 failed, 2 skipped' });
  });

  test('when a stage hangs, which fails with all that it started, and the others run', async () => {
    const end = await endOf(run(['hangs', 'good'], { STAGE_LIMIT_MS: '500' }));
    expect(end).toMatchObject({ status: 1, lastLine: '2 passed, 1 failed, 1 skipped' });
    expect(end.text).toContain('hangs: not through after 0.5 s');
  });

  test('when the time is up: what runs and what has not run fails', async () => {
    const end = await endOf(run(['good', 'hangs', 'good', 'good'], { RUN_LIMIT_MS: '1500' }));
    expect(end).toMatchObject({ status: 1, lastLine: '2 passed, 3 failed, 1 skipped' });
    expect(end.text).toContain('hangs: broken off');
  });

  test('when the time is up and a stage does not listen', async () => {
    expect(await endOf(run(['deaf', 'good'], { RUN_LIMIT_MS: '100' }))).toMatchObject({ status: 1, lastLine: '0 passed, 2 failed' });
  });

  test('when somebody ends it', async () => {
    const child = run(['hangs', 'good']);
    await waitUntil('it to run', () => child.stdout().includes('running'));
    child.signal('SIGTERM');
    expect(await endOf(child)).toMatchObject({ status: 1, lastLine: '0 passed, 2 failed' });
  });

  test('when a stage throws, and the others run', async () => {
    expect(await endOf(run(['throws', 'good']))).toMatchObject({ status: 1, lastLine: '2 passed, 1 failed, 1 skipped' });
  });

  test('when something throws that nobody catches', async () => {
    const end = await endOf(run(['good', 'leaks']));
    expect(end).toMatchObject({ status: 1, lastLine: '2 passed, 1 failed, 1 skipped' });
    expect(end.text).toContain('nobody caught this');
  });

  test('when nothing is left that could end a stage', async () => {
    expect(await endOf(run(['good', 'forgotten']))).toMatchObject({ status: 1, lastLine: '2 passed, 1 failed, 1 skipped' });
  });
});
