import type { UnfinishedFile } from '../../sender/unfinished-file.ts';
import type { SafeStorage } from '../session/safe-storage.ts';

/** As long as the server keeps what has arrived, by default. */
const KEPT_MS = 7 * 24 * 60 * 60_000;
/** Of each kind: about 400 kB of the 5 MB that browsers give an origin. */
const MOST_FILES = 2000;
/** Pages that ended in a crash, one after the other. */
const MOST_NOTES = 20;
const PREFIX = 'slipway-unfinished:';

export interface NotedFile extends UnfinishedFile {
  /** When the page took it on, by `Date.now()`; an older page did not say so. */
  readonly takenAtMs?: number;
}

/** What one load of the page noted of its files. */
export interface UnfinishedNote {
  readonly page: string;
  /** The page said goodbye: nobody is at work on its files. */
  readonly left: boolean;
  readonly notedAtMs: number;
  readonly files: readonly NotedFile[];
  /** What had arrived by then, so that it is known when it is chosen together with the rest. */
  readonly arrived: readonly UnfinishedFile[];
}

/**
 * What every load of the page has under way, in `localStorage`, so that the next one can go on with it. Each writes a note of its own:
 * two tabs at once never overwrite each other's.
 */
export interface UnfinishedNotes {
  /** Those that still count, newest first. */
  all(): readonly UnfinishedNote[];
  /** Replaces the note of one page; none is kept when nothing is under way. Answers whether it outlives the page. */
  write(page: string, files: readonly NotedFile[], arrived: readonly UnfinishedFile[], left: boolean): boolean;
  /** Takes files out of everybody's notes but one page's. */
  takeOut(ids: ReadonlySet<string>, except: string): void;
}

function isUnfinishedFile(value: unknown): value is UnfinishedFile {
  if (typeof value !== 'object' || value === null) return false;
  const { id, batch, name, folder, size, modifiedAtMs, begun } = value as Readonly<Record<keyof UnfinishedFile, unknown>>;
  return [id, batch, name, folder].every((one) => typeof one === 'string') && [size, modifiedAtMs].every((one) => typeof one === 'number') && typeof begun === 'boolean';
}

function isNotedFile(value: unknown): value is NotedFile {
  return isUnfinishedFile(value) && (!('takenAtMs' in value) || typeof value.takenAtMs === 'number');
}

function isNoted(value: unknown): value is Omit<UnfinishedNote, 'page'> {
  return typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files) && value.files.every(isNotedFile)
    && 'arrived' in value && Array.isArray(value.arrived) && value.arrived.every(isUnfinishedFile)
    && 'left' in value && typeof value.left === 'boolean' && 'notedAtMs' in value && typeof value.notedAtMs === 'number';
}

export function createUnfinishedNotes(storage: SafeStorage): UnfinishedNotes {
  const read = (key: string): UnfinishedNote | null => {
    try {
      const value: unknown = JSON.parse(storage.get(key) ?? 'null');
      if (isNoted(value) && value.notedAtMs > Date.now() - KEPT_MS) return { ...value, page: key.slice(PREFIX.length) };
    } catch {
      // Cut or not ours: dropped below.
    }
    return null;
  };

  const put = ({ page, ...noted }: UnfinishedNote): boolean => {
    if (noted.files.length > 0) return storage.set(PREFIX + page, JSON.stringify(noted));
    storage.remove(PREFIX + page);
    return true;
  };

  function all(): readonly UnfinishedNote[] {
    const keys = storage.keys().filter((key) => key.startsWith(PREFIX));
    const notes = keys.flatMap((key) => read(key) ?? []).sort((a, b) => b.notedAtMs - a.notedAtMs).slice(0, MOST_NOTES);
    const kept = new Set(notes.map(({ page }) => PREFIX + page));
    for (const key of keys) if (!kept.has(key)) storage.remove(key);
    return notes;
  }

  return {
    all,
    write(page, files, arrived, left) {
      // Those of which something is on the server are worth more than small ones, which come again as a whole.
      const kept = files.length <= MOST_FILES ? files : [...files].sort((a, b) => Number(b.begun) - Number(a.begun)).slice(0, MOST_FILES);
      return put({ page, left, notedAtMs: Date.now(), files: kept, arrived: arrived.slice(-MOST_FILES) });
    },
    takeOut(ids, except) {
      for (const note of all()) {
        const rest = note.files.filter(({ id }) => !ids.has(id));
        if (note.page !== except && rest.length < note.files.length) put({ ...note, files: rest });
      }
    },
  };
}
