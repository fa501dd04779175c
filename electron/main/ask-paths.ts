import { dialog } from 'electron';
import type { BrowserWindow, OpenDialogOptions } from 'electron';

/** Opens the system's dialog, on the window where there is one; what was chosen, as absolute paths, or nothing. */
export async function askPaths(parent: BrowserWindow | null, options: OpenDialogOptions): Promise<readonly string[]> {
  const { canceled, filePaths } = await (parent === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(parent, options));
  return canceled ? [] : filePaths;
}

export async function askUploadFolder(parent: BrowserWindow | null, now: string): Promise<string | null> {
  const [folder] = await askPaths(parent, {
    title: 'Choose the upload folder',
    buttonLabel: 'Use this folder',
    defaultPath: now,
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  });
  return folder ?? null;
}
