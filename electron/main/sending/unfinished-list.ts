import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../../server/index.ts';
import { codeOf, isKey, isRecord } from '../ipc/guards.ts';
import { writeWhole } from '../write-whole.ts';
import { isSameSource } from './decide-restart.ts';
import type { SavedHash } from './file-hash.ts';
import type { FileToSend } from './file-to-send.ts';

/** Pause between two writes, so that keeping a long list never costs more than a few percent of the time. */
const PAUSE_MS_PER_FILE = 0.1;
/** What is no longer to be sent, and how far a file is hashed, can wait: after a crash it is found out anew. */
const PAUSE_MS = 500;

/** Pauses told together: a thousand that are cancelled one by one are not a thousand lists. */
const TELL_AFTER_MS = 50;

/** What the window has still to send, kept on disk, so that a restart can go on with it. */
export interface UnfinishedList {
  /** In the order in which they came. */
  files(): readonly FileToSend[];
  has(id: string): boolean;
  /** Takes effect at once; written soon after, one write at a time. One that is paused stays so. */
  add(files: readonly FileToSend[]): void;
  /** Resolves when all that was added is on disk, or cannot be written. What is sent before that would be forgotten by a crash. */
  noted(): Promise<void>;
  remove(ids: readonly string[]): void;
  /** Ids of those that a person holds back. */
  paused(): ReadonlySet<string>;
  /** Those that are not in the list stay out of it. */
  setPaused(ids: readonly string[], isPaused: boolean): void;
  /** How far a file had been hashed when its sending was broken off. */
  hashed(id: string): SavedHash | undefined;
  setHashed(id: string, hashed: SavedHash): void;
  /** Calls back soon after what is paused has changed. */
  onPaused(listener: (ids: readonly string[]) => void): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/** Opens the list; a file that makes no sense is kept aside as `….broken`, and the list begins empty. */
export async function openUnfinishedList(file: string, log: Log): Promise<UnfinishedList> {
  const kept = await read(file, log);
  const files = new Map(kept.map(({ paused: _paused, hashed: _hashed, ...each }) => [each.id, each]));
  const hashes = new Map(kept.flatMap(({ id, hashed }) => (hashed === undefined ? [] : [[id, hashed]])));
  const paused = new Set(kept.flatMap((each) => (each.paused === true ? [each.id] : [])));
  const listeners = new Set<(ids: readonly string[]) => void>();
  let telling: NodeJS.Timeout | undefined;
  let isWritten = true;
  /** Called when what was added is on disk; undefined while nothing new is to be written. */
  let onNoted: (() => void)[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let writtenAtMs = Number.NEGATIVE_INFINITY;

  function toKept(each: FileToSend): KeptFile {
    const hashed = hashes.get(each.id);
    return { ...each, ...(paused.has(each.id) ? { paused: true } : {}), ...(hashed === undefined ? {} : { hashed }) };
  }

  function pausedChanged(): void {
    telling ??= setTimeout(() => {
      telling = undefined;
      for (const listener of listeners) listener([...paused]);
    }, TELL_AFTER_MS);
  }

  async function write(): Promise<void> {
    if (isWritten) return;
    isWritten = true;
    const noted = onNoted ?? [];
    onNoted = undefined;
    try {
      await writeWhole(file, `${JSON.stringify({ uploads: [...files.values()].map(toKept) })}\n`);
    } catch (error) {
      // They are sent all the same; the next change tries again.
      isWritten = false;
      log('warn', 'unfinished:unsaved', { code: codeOf(error) });
    }
    writtenAtMs = performance.now();
    for (const tell of noted) tell();
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  function changed(): void {
    isWritten = false;
    timer ??= setTimeout(() => void flush(), untilNextWrite(PAUSE_MS));
  }

  function added(): void {
    isWritten = false;
    if (onNoted !== undefined) return;
    onNoted = [];
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), untilNextWrite(0));
  }

  /** Milliseconds until the next write may be. */
  function untilNextWrite(pauseMs: number): number {
    return Math.max(0, writtenAtMs + pauseMs + files.size * PAUSE_MS_PER_FILE - performance.now());
  }

  return {
    files: () => [...files.values()],
    has: (id) => files.has(id),
    add(more) {
      for (const each of more) {
        const before = files.get(each.id);
        if (before !== undefined && !isSameSource(before, each)) hashes.delete(each.id);
        files.set(each.id, each);
      }
      if (more.length > 0) added();
    },
    noted: () => new Promise((resolve) => {
      if (onNoted === undefined) void writing.then(resolve);
      else onNoted.push(resolve);
    }),
    remove(ids) {
      if (ids.filter((id) => files.delete(id)).length > 0) changed();
      for (const id of ids) hashes.delete(id);
      if (ids.filter((id) => paused.delete(id)).length > 0) pausedChanged();
    },
    paused: () => paused,
    setPaused(ids, isPaused) {
      const others = ids.filter((id) => files.has(id) && paused.has(id) !== isPaused);
      for (const id of others) if (isPaused) paused.add(id); else paused.delete(id);
      if (others.length === 0) return;
      changed();
      pausedChanged();
    },
    hashed: (id) => hashes.get(id),
    setHashed(id, hashed) {
      if (!files.has(id)) return;
      hashes.set(id, hashed);
      changed();
    },
    onPaused: (listener) => void listeners.add(listener),
    flush,
  };
}

/** A file as it stands in the list. */
export interface KeptFile extends FileToSend {
  /** A person holds it back. */
  readonly paused?: true;
  readonly hashed?: SavedHash;
}

/** The files that a list names, each entry checked, wrong ones left out; null when it is no list at all. */
export function parseUnfinished(text: string): readonly KeptFile[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Torn or edited by hand: the caller keeps it aside.
    return null;
  }
  if (!isRecord(value) || !Array.isArray(value['uploads'])) return null;
  const uploads: readonly unknown[] = value['uploads'];
  return uploads.filter(isKeptFile);
}

function isKeptFile(value: unknown): value is KeptFile {
  return isRecord(value) && isKey(value['id']) && isKey(value['batch']) &&
    typeof value['path'] === 'string' && path.isAbsolute(value['path']) &&
    typeof value['name'] === 'string' && value['name'] !== '' && typeof value['folder'] === 'string' &&
    Number.isSafeInteger(value['size']) && Number(value['size']) >= 0 && Number.isFinite(value['modifiedAtMs']) &&
    (value['paused'] === undefined || value['paused'] === true) &&
    (value['hashed'] === undefined || isSavedHash(value['hashed']));
}

/** What it says about the bytes is believed: a hash that is not theirs shows when they arrive, and they are sent again. */
function isSavedHash(value: unknown): value is SavedHash {
  return isRecord(value) && Number.isSafeInteger(value['bytes']) && Number(value['bytes']) >= 0 && typeof value['state'] === 'string';
}

async function read(file: string, log: Log): Promise<readonly KeptFile[]> {
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
