import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../../server/index.ts';
import { codeOf, isKey, isRecord } from '../guards.ts';
import { writeWhole } from '../write-whole.ts';
import type { FileToSend } from './file-to-send.ts';

/** Pause between two writes; longer for a long list, so that keeping it never costs more than a few percent of the time. */
const PAUSE_MS = 500;
const PAUSE_MS_PER_FILE = 0.1;

/** What the window has still to send, kept on disk, so that a restart can go on with it. */
export interface UnfinishedList {
  /** In the order in which they came. */
  files(): readonly FileToSend[];
  has(id: string): boolean;
  /** Takes effect at once; written soon after, one write at a time. */
  add(files: readonly FileToSend[]): void;
  remove(ids: readonly string[]): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/** Opens the list; a file that makes no sense is kept aside as `….broken`, and the list begins empty. */
export async function openUnfinishedList(file: string, log: Log): Promise<UnfinishedList> {
  const files = new Map((await read(file, log)).map((each) => [each.id, each]));
  let isWritten = true;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let mayWriteAtMs = 0;

  async function write(): Promise<void> {
    if (isWritten) return;
    isWritten = true;
    try {
      await writeWhole(file, `${JSON.stringify({ uploads: [...files.values()] })}\n`);
    } catch (error) {
      // They are sent all the same; the next change tries again.
      isWritten = false;
      log('warn', 'unfinished:unsaved', { code: codeOf(error) });
    }
    mayWriteAtMs = performance.now() + PAUSE_MS + files.size * PAUSE_MS_PER_FILE;
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  function changed(): void {
    isWritten = false;
    // The first change of a while is on disk at once: a large file may be all there is.
    timer ??= setTimeout(() => void flush(), Math.max(0, mayWriteAtMs - performance.now()));
  }

  return {
    files: () => [...files.values()],
    has: (id) => files.has(id),
    add(more) {
      for (const each of more) files.set(each.id, each);
      if (more.length > 0) changed();
    },
    remove(ids) {
      if (ids.filter((id) => files.delete(id)).length > 0) changed();
    },
    flush,
  };
}

/** The files that a list names, each entry checked, wrong ones left out; null when it is no list at all. */
export function parseUnfinished(text: string): readonly FileToSend[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Torn or edited by hand: the caller keeps it aside.
    return null;
  }
  if (!isRecord(value) || !Array.isArray(value['uploads'])) return null;
  const uploads: readonly unknown[] = value['uploads'];
  return uploads.filter(isFileToSend);
}

function isFileToSend(value: unknown): value is FileToSend {
  return isRecord(value) && isKey(value['id']) && isKey(value['batch']) &&
    typeof value['path'] === 'string' && path.isAbsolute(value['path']) &&
    typeof value['name'] === 'string' && value['name'] !== '' && typeof value['folder'] === 'string' &&
    Number.isSafeInteger(value['size']) && Number(value['size']) >= 0 && Number.isFinite(value['modifiedAtMs']);
}

async function read(file: string, log: Log): Promise<readonly FileToSend[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') log('warn', 'unfinished:unreadable', { code: codeOf(error) });
    return [];
  }
  const files = parseUnfinished(text);
  if (files !== null) return files;
  log('warn', 'unfinished:broken');
  await rename(file, `${file}.broken`).catch((error: unknown) => log('warn', 'unfinished:not-kept-aside', { code: codeOf(error) }));
  return [];
}
