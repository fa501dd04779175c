import { app, session } from 'electron';
import type { Log } from '../../server/index.ts';

/**
 * What no page of this app may do, whatever it contains: open windows, go elsewhere, embed views, ask for permissions. Covers every
 * web contents that will ever exist; must run when the app is ready, before the first window.
 */
export function lockDownPages(log: Log): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => {
    log('warn', 'page:permission-denied', { permission });
    decide(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
  session.defaultSession.setDevicePermissionHandler(() => false);

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => {
      log('warn', 'page:window-denied');
      return { action: 'deny' };
    });
    const stay = (event: { preventDefault(): void }): void => {
      log('warn', 'page:navigation-denied');
      event.preventDefault();
    };
    contents.on('will-navigate', stay);
    // Also comes for frames inside the page; the one above does not.
    contents.on('will-frame-navigate', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
