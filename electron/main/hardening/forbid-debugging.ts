import { url as inspectorUrl } from 'node:inspector';
import { app } from 'electron';

/** Chromium's, by which another program can look into pages and make them do things. */
const SWITCHES = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address', 'remote-debugging-targets', 'remote-allow-origins'];

/**
 * Keeps a packed app from being debugged from outside; must run before the app is ready. Main cannot be there anyway, because a fuse of
 * its package makes it deaf to `--inspect`. Packages for tests have that fuse the other way, and who may look into main may look into
 * pages as well.
 */
export function forbidDebugging(): void {
  if (!app.isPackaged || inspectorUrl() !== undefined) return;
  for (const name of SWITCHES) app.commandLine.removeSwitch(name);
}
