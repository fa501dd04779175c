import { constants } from 'node:os';

const LOOK_EVERY_MS = 250;

/** Read at once: by the end of the set-up it may be gone already. */
const SHELL = process.ppid;

/**
 * Ends this process, as SIGTERM does, when the npm that started it is gone. npm hands SIGTERM to the shell between them,
 * which dies of it and tells nobody, and a server that nobody can see would stay behind. Call it when the set-up is done.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const timer = setInterval(() => {
    if (process.ppid === SHELL) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      // A second signal would cut short what the first one began.
      clearInterval(timer);
      // Nobody else listens yet, and this listener took the place of what a signal does by itself.
      if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal]);
    });
  }
}
