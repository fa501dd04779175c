import { fileURLToPath } from 'node:url';

const built = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Where the built parts lie, seen from the built main (`out/electron/main`); the same inside a packed app. */
export const APP_FILES = {
  windowFolder: built('../../renderer/window'),
  pageFolder: built('../../renderer/page'),
  preload: built('../preload/preload.cjs'),
} as const;
