import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { Log } from '../../../server/index.ts';
import { APP_URL } from '../hardening/app-origin.ts';
import { MIN_HEIGHT, MIN_WIDTH, placeWindow } from './place-window.ts';
import type { SettingsFile } from '../settings.ts';

export interface AppWindowOptions {
  /** Absolute path of the bundled preload. */
  readonly preload: string;
  /** For builds on a developer's machine. */
  readonly withDeveloperTools: boolean;
  readonly settings: SettingsFile;
  readonly log: Log;
}

/** The page's own, shown until it has painted; anything else would flash. */
const PAGE_COLOURS = { light: '#eef2f3', dark: '#0e1519' };
const SAVE_AFTER_MS = 400;
/** A page that dies more often than this within a minute is left as it is. */
const MOST_RELOADS_A_MINUTE = 3;

/** Opens the app's window, hidden until it can be shown without a flash. */
export function openAppWindow({ preload, withDeveloperTools, settings, log }: AppWindowOptions): BrowserWindow {
  const saved = settings.get().windowBounds;
  const window = new BrowserWindow({
    ...placeWindow(saved, [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((display) => display.workArea)),
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    title: 'Slipway',
    backgroundColor: nativeTheme.shouldUseDarkColors ? PAGE_COLOURS.dark : PAGE_COLOURS.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: withDeveloperTools,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (saved?.maximized === true) window.maximize();
    window.show();
  });
  saveBounds(window, settings);
  reviveAfterCrash(window, log);
  window.loadURL(APP_URL).catch((error: unknown) => log('error', 'window:not-loaded', { text: String(error) }));
  return window;
}

function saveBounds(window: BrowserWindow, settings: SettingsFile): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    settings.update({ windowBounds: { ...window.getNormalBounds(), maximized: window.isMaximized() } });
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
}

/** Uploads run in main and go on; the page comes back and shows them. */
function reviveAfterCrash(window: BrowserWindow, log: Log): void {
  let crashedAtMs: readonly number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    log('error', 'window:crashed', { reason });
    const now = Date.now();
    crashedAtMs = [...crashedAtMs.filter((atMs) => now - atMs < 60_000), now];
    if (crashedAtMs.length <= MOST_RELOADS_A_MINUTE) window.webContents.reload();
  });
}
