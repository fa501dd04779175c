import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Called by electron-builder before it signs: removes what only an Electron without an app of its own needs. */
export async function afterPack({ appOutDir, packager, electronPlatformName }) {
  const resources = electronPlatformName === 'darwin' ? join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources') : join(appOutDir, 'resources');
  await rm(join(resources, 'default_app.asar'), { force: true });
  await rm(join(appOutDir, 'version'), { force: true });
}
