import { app, session } from 'electron';
import type { Session, WebContents } from 'electron';
import type { Log } from '../../../server/index.ts';
import { APP_SCHEME } from './app-origin.ts';

/** Where a page of ours may load from: the app itself and what it makes up. Developer tools are pages as well. */
const SCHEMES: ReadonlySet<string> = new Set([`${APP_SCHEME}:`, 'devtools:', 'blob:', 'data:']);

/**
 * What no page of this app may do, whatever it contains: reach a network or a file, open windows, go elsewhere, embed views, save files,
 * ask for permissions or devices. Covers every web contents that will ever exist; must run when the app is ready, before the first
 * window.
 */
export function lockDownPages(log: Log): void {
  lockSession(session.defaultSession, log);
  app.on('web-contents-created', (_event, contents) => lockContents(contents, log));
  // By itself, Electron would take the first certificate.
  app.on('select-client-certificate', (event, _contents, _url, _certificates, choose) => {
    event.preventDefault();
    choose();
  });
}

function lockSession(pages: Session, log: Log): void {
  pages.setPermissionRequestHandler((_contents, permission, decide) => {
    log('warn', 'page:permission-denied', { permission });
    decide(false);
  });
  pages.setPermissionCheckHandler(() => false);
  pages.setDevicePermissionHandler(() => false);
  pages.on('select-usb-device', (event, _details, choose) => {
    event.preventDefault();
    choose();
  });
  pages.on('select-hid-device', (event, _details, choose) => {
    event.preventDefault();
    choose(null);
  });
  pages.on('select-serial-port', (event, _ports, _contents, choose) => {
    event.preventDefault();
    choose('');
  });
  pages.on('will-download', (event) => {
    log('warn', 'page:download-denied');
    event.preventDefault();
  });
  // The policy of the page says so too; this holds for pages without one.
  pages.webRequest.onBeforeRequest(({ url }, decide) => {
    const cancel = !(URL.canParse(url) && SCHEMES.has(new URL(url).protocol));
    if (cancel) log('warn', 'page:request-denied');
    decide({ cancel });
  });
}

function lockContents(contents: WebContents, log: Log): void {
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
  contents.on('select-bluetooth-device', (event, _devices, choose) => {
    event.preventDefault();
    choose('');
  });
}
