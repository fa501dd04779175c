import { open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../failure.ts';
import { clearNowOrLater } from '../uploads/folder/clear-later.ts';
import { stagedName } from '../uploads/folder/staged-name.ts';
import { unlinkIfThere } from '../uploads/folder/unlink-if-there.ts';
import { underLock } from '../uploads/resumable/upload-lock.ts';
import type { DeviceBook } from './device-book.ts';
import { bookText, MOST_BOOK_BYTES, parseBook } from './device-text.ts';

/** What is found on the disk. */
export type FoundBook = { readonly kind: 'book'; readonly book: DeviceBook } | { readonly kind: 'missing' } | { readonly kind: 'damaged' };

/** The list of devices on the disk, for all processes that share the folder. */
export interface DeviceFile {
  /** @throws system errors */
  read(): Promise<FoundBook>;
  /** What is there, if it is another than was read or written last; null when it is the same. @throws system errors */
  readIfChanged(): Promise<FoundBook | null>;
  /**
   * Makes the next list of what is there now, durably and as one; no other process gets in between.
   * @throws Failure those of the disk, UPLOAD_LOCKED
   */
  update(next: (found: FoundBook) => DeviceBook): Promise<DeviceBook>;
}

export function createDeviceFile(path: string): DeviceFile {
  /** Says which file it was. */
  let version = '';

  async function read(): Promise<FoundBook> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      return null;
    });
    if (handle === null) {
      version = '';
      return { kind: 'missing' };
    }
    try {
      const { ino, size, mtimeNs } = await handle.stat({ bigint: true });
      version = `${ino} ${size} ${mtimeNs}`;
      const book = size > BigInt(MOST_BOOK_BYTES) ? null : parseBook(await handle.readFile('utf8'));
      return book === null ? { kind: 'damaged' } : { kind: 'book', book };
    } finally {
      await handle.close();
    }
  }

  async function write(book: DeviceBook): Promise<void> {
    const beside = join(dirname(path), stagedName());
    try {
      const handle = await open(beside, 'wx', 0o600);
      try {
        await handle.writeFile(bookText(book));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(beside, path);
    } catch (error) {
      await clearNowOrLater(() => unlinkIfThere(beside));
      throw error;
    }
  }

  return {
    read,
    async readIfChanged() {
      // Missing, or out of reach: reading it tells which.
      const found = await stat(path, { bigint: true }).catch(() => null);
      return (found === null ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`) === version ? null : read();
    },
    update: (next) => underLock(`${path}.lock`, async () => {
      const book = next(await read());
      await write(book);
      return book;
    }),
  };
}
