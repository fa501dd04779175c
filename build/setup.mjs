import { ensureBuilt, isBuilt } from './built.mjs';
import { ensureInstalled, isInstalled, requireNode } from './installed.mjs';
import { StepFailed } from './run-step.mjs';
import { say } from './say.mjs';
import { withSetupLock } from './setup-lock.mjs';

/**
 * Makes the clone ready to run: packages installed, everything built. Quick when it already is.
 * @throws {StepFailed} when that is not possible
 */
export async function makeReady({ rebuild = false } = {}) {
  requireNode();
  // Looked at before the lock is taken: a clone that is ready may well be read-only.
  if (!rebuild && isInstalled() && isBuilt()) return;
  await withSetupLock(async () => {
    await ensureInstalled();
    await ensureBuilt({ force: rebuild });
  });
}

/** The same, but ends the process with status 1, after saying why, when it is not possible. */
export async function ensureReady(options) {
  try {
    await makeReady(options);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(error.message);
    process.exit(1);
  }
}
