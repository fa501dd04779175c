const LOOK_EVERY_MS = 250;

/**
 * Ends this process, as SIGTERM does, when the npm that started it is gone. npm hands SIGTERM to the shell between them,
 * which dies of it and tells nobody, and a server that nobody can see would stay behind.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
