import type { DesktopBridge } from '../../electron/contracts/bridge.ts';

declare global {
  interface Window {
    /** Put there by the preload. */
    readonly desktop?: DesktopBridge<File>;
  }
}

/** @throws Error when there is no preload, which is a fault of the app and not of its user */
export function findDesktop(): DesktopBridge<File> {
  const { desktop } = window;
  if (desktop === undefined) throw new Error('The window was opened without its preload');
  return desktop;
}
