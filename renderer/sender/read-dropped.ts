import { pickFile, type PickedFile } from './picked-file.ts';

function isFileEntry(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolderEntry(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => { entry.file(resolve, reject); });
}

/** `readEntries` answers with at most 100 entries a call in Chromium; an empty answer is the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (part.length === 0) return found;
    found.push(...part);
  }
}

export interface Dropped {
  readonly files: readonly PickedFile[];
  /** Names of what could not be read. */
  readonly unreadable: readonly string[];
}

/**
 * Everything in a drop or a paste, folders walked. Call it while the event is being handled: the DataTransfer is emptied
 * afterwards, so its entries are taken before the first wait.
 */
export async function readDropped(data: DataTransfer): Promise<Dropped> {
  const entries: FileSystemEntry[] = [];
  const files: PickedFile[] = [];
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    if (entry !== null) {
      entries.push(entry);
      continue;
    }
    // A pasted image has no entry in the file system.
    const file = item.getAsFile();
    if (file !== null) files.push(pickFile(file, ''));
  }

  const unreadable: string[] = [];
  async function walk(entry: FileSystemEntry, folder: string): Promise<void> {
    try {
      if (isFileEntry(entry)) files.push(pickFile(await fileOf(entry), folder));
      else if (isFolderEntry(entry)) {
        const inside = folder === '' ? entry.name : `${folder}/${entry.name}`;
        for (const child of await entriesOf(entry)) await walk(child, inside);
      }
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      unreadable.push(entry.name);
    }
  }
  for (const entry of entries) await walk(entry, '');
  return { files, unreadable };
}
