import type { BrowserWindow, WebContents } from 'electron';

export interface MainWindow {
  current(): BrowserWindow | null;
  contents(): WebContents | null;
  /** Brings the window to the front; opens it when there is none. */
  show(): void;
}

/** Holds the one window of the app. */
export function createMainWindow(open: () => BrowserWindow): MainWindow {
  let held: BrowserWindow | null = null;

  const current = (): BrowserWindow | null => (held === null || held.isDestroyed() ? null : held);

  return {
    current,
    contents: () => current()?.webContents ?? null,
    show() {
      const window = current();
      if (window === null) {
        held = open();
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}
