import { ensureBuilt, isBuilt } from './built.mjs';
import { ensureInstalled, isInstalled, requireNode } from './installed.mjs';
import { StepFailed } from './run-step.mjs';
import { say } from './say.mjs';
import { withSetupLock } from './setup-lock.mjs';

/**
 * Makes the clone ready to run: packages installed, everything built. Quick when it already is.
 * Ends the process with status 1, after saying why, when that is not possible.
 */
export async function ensureReady({ rebuild = false } = {}) {
  try {
    requireNode();
    // Looked at before the lock is taken: a clone that is ready may well be read-only.
    if (!rebuild && isInstalled() && isBuilt()) return;
    await withSetupLock(async () => {
      await ensureInstalled();
      await ensureBuilt({ force: rebuild });
    });
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(error.message);
    process.exit(1);
  }
}
