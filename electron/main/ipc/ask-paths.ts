import { dialog } from 'electron';
import type { BrowserWindow, OpenDialogOptions } from 'electron';
import type { NativeWords } from '../words/native-words.ts';

/** Opens the system's dialog, on the window where there is one; what was chosen, as absolute paths, or nothing. */
export async function askPaths(parent: BrowserWindow | null, options: OpenDialogOptions): Promise<readonly string[]> {
  const { canceled, filePaths } = await (parent === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(parent, options));
  return canceled ? [] : filePaths;
}

export async function askUploadFolder(parent: BrowserWindow | null, now: string, words: NativeWords['pick']): Promise<string | null> {
  const [folder] = await askPaths(parent, {
    title: words.uploadFolder,
    buttonLabel: words.use,
    defaultPath: now,
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  });
  return folder ?? null;
}
