import { dialog } from 'electron';
import { askUploadFolder } from './ipc/ask-paths.ts';
import { codeOf } from './ipc/guards.ts';
import type { SettingsFile } from './settings.ts';
import type { NativeWords } from './words/native-words.ts';

/**
 * Starts something that needs the upload folder. Where that cannot be written to (a drive that is not there today), a person
 * chooses another; null when they would rather quit.
 */
export async function startWithFolder<Started>(
  settings: SettingsFile, words: Pick<NativeWords, 'folder' | 'pick'>, start: (folder: string) => Promise<Started>,
): Promise<Started | null> {
  for (;;) {
    const { uploadFolder } = settings.get();
    try {
      return await start(uploadFolder);
    } catch (error) {
      if (codeOf(error) !== 'CONFIG_DEST_NOT_WRITABLE') throw error;
    }
    const chosen = (await wantsAnother(uploadFolder, words.folder)) ? await askUploadFolder(null, uploadFolder, words.pick) : null;
    if (chosen === null) return null;
    settings.update({ uploadFolder: chosen });
  }
}

async function wantsAnother(folder: string, words: NativeWords['folder']): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    title: 'Slipway',
    message: words.message,
    detail: words.detail(folder),
    buttons: [words.chooseAnother, words.quit],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
