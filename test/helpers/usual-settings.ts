import type { DesktopSettings } from '../../electron/contracts/bridge.ts';

/** What holds in a window whose owner has chosen nothing but the upload folder. */
export const USUAL_SETTINGS: Omit<DesktopSettings, 'uploadFolder'> = {
  duplicates: { policy: 'keep-both', guestsChoose: false },
  receive: { networks: null, offAfter: 'never' },
};
