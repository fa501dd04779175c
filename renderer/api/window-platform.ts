import type { DesktopBridge } from '../../electron/contracts/bridge.ts';
import { createBridgedFetch } from './bridged-fetch.ts';
import type { Platform } from './platform.ts';

/** The app's own window: requests travel over the bridge, main adds the access. */
export function createWindowPlatform(desktop: DesktopBridge<File>): Platform {
  return { kind: 'window', fetch: createBridgedFetch(desktop) };
}
