import { makeId } from './make-id.ts';

/** A file that a person chose, before anything was sent. */
export interface PickedFile {
  /** Upload id; the same for every try, so that a retry is never a second file. */
  readonly id: string;
  readonly file: File;
  /** Folder path relative to what was picked, with `/`, without the name; empty when there is none. */
  readonly folder: string;
}

/** @param folder see PickedFile; by default what a folder input noted in the file itself */
export function pickFile(file: File, folder: string = folderOf(file.webkitRelativePath)): PickedFile {
  return { id: makeId(), file, folder };
}

function folderOf(relativePath: string): string {
  return relativePath.split('/').slice(0, -1).join('/');
}
