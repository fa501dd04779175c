import { setTimeout as delay } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { say } from './say.mjs';

/** A stage that is broken off ends what it runs first. */
const END_WITHIN_MS = 8000;
const FAILED = { passed: 0, failed: 1, skipped: 0 };

/**
 * Counts what the stages of a run find, and ends it with `N passed, N failed` alone on the last line, whatever happens: after `limitMs`, on
 * a signal, or when something throws that nobody caught, what runs is broken off, and it fails, as does what has not run yet. A stage that
 * is broken off has `endWithinMs` to end.
 */
export function createTestRun({ limitMs, endWithinMs = END_WITHIN_MS }) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const over = new AbortController();
  let told = false;

  const stop = (why) => {
    if (over.signal.aborted) return;
    say(why);
    over.abort();
  };
  setTimeout(stop, limitMs, `not through after ${Math.round(limitMs / 60_000)} minutes; what has not run yet counts as failed`).unref();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop(`ended by ${name}; what has not run yet counts as failed`));
  // After an error that nobody caught, and when nothing is left to wait for, though something is waited for.
  process.on('exit', () => {
    if (told) return;
    sum.failed += 1;
    tell();
    process.exitCode = 1;
  });

  function tell() {
    told = true;
    process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}\n`);
  }

  function finish() {
    tell();
    process.exit(sum.failed > 0 ? 1 : 0);
  }

  function add(name, { passed, failed, skipped }, remark) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    const counts = [passed && `${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean).join(', ') || 'done';
    process.stdout.write(`${name.padEnd(18)} ${counts} (${remark})\n`);
  }

  /** Runs one stage and answers what it answers; null when it failed without an answer. `count` makes counts of the answer. */
  async function timed(name, run, count = (counts) => counts) {
    if (over.signal.aborted) {
      add(name, FAILED, 'not run');
      return null;
    }
    const startedMs = performance.now();
    const ended = new AbortController();
    const lost = lostAfter(endWithinMs, over.signal, ended.signal);
    try {
      const answer = await Promise.race([run(over.signal), lost]);
      add(name, count(answer), `${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
      return answer;
    } catch (error) {
      say(error instanceof Error ? error.stack : String(error));
      add(name, FAILED, 'it broke');
      return null;
    } finally {
      ended.abort();
    }
  }

  return { add, timed, finish };
}

/** Rejects some time after the run is over. */
async function lostAfter(endWithinMs, over, ended) {
  try {
    await new Promise((resolve, reject) => {
      over.addEventListener('abort', resolve, { once: true, signal: ended });
      ended.addEventListener('abort', reject, { once: true });
    });
    await delay(endWithinMs, undefined, { signal: ended });
  } catch {
    return; // the stage ended, and nobody waits for this any more
  }
  throw new Error(`it did not end within ${endWithinMs / 1000} s after the run was over`);
}
