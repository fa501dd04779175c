import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HistoryEntry, HistoryReply } from '../../contracts/history.ts';
import type { UploadRecord } from '../../contracts/upload.ts';
import { syncFolder } from '../folder/durable-folder.ts';
import type { StoredRecord } from '../queue/stored-record.ts';
import { createAppendLog } from './append-log.ts';
import { Arrivals } from './arrivals.ts';
import { pickPage, type HistoryWish } from './history-page.ts';
import type { FileLine, LogLine } from './log-line.ts';

/** File in staging. */
const LOG_NAME = 'stored.jsonl';

/** A log that has grown to this is looked at, and replaced when most of it says nothing any more. */
const LARGE_LOG_BYTES = 16 << 20;

/** That a file got its name is written with the next file that comes, or after this. */
const CONFIRM_AFTER_MS = 200;

/** Most files whose names could not be written down and are kept to be tried again. */
const LARGEST_BACKLOG = 1000;

/**
 * What was stored in one upload folder, by this run, earlier ones and other processes.
 *
 * It serves two: the list that a person looks at, and a sender who comes again with the same id because its server was killed after
 * a file got its name and before it was told: that must not make a second file. So a file is noted before it gets its name; what is
 * noted, together with a file of that name and inode, proves that the upload is stored. Nothing is flushed: a killed process loses
 * nothing that it has written, and after a power cut the worst is a file that comes twice, or is missing in the list.
 */
export interface UploadHistory {
  /** Files are about to get their names. Never rejects. */
  note(files: readonly FileLine[]): Promise<void>;
  /** They have them. */
  confirm(files: readonly FileLine[]): void;
  /** Reads what other processes noted since, and says what is waiting to be said. @throws system errors */
  refresh(): Promise<void>;
  /** What was noted, as of the last look, of the file with this inode; it may have another name, or other bytes, by now. */
  withInode(inode: string): FileLine | undefined;
  /**
   * Which of these uploads are stored and still there, whichever process did it.
   * @param isLocked whoever asks has their locks: then nobody is just giving one its name, and what was noted counts as soon as the
   *   file has that name, durably from now on
   * @throws system errors
   */
  find(ids: readonly string[], isLocked: boolean): Promise<readonly StoredRecord[]>;
  /** What was stored in the last `keepMs` and is still there. @throws system errors */
  restore(keepMs: number): Promise<StoredBefore>;
  /** A part of the list, newest first. @throws system errors */
  page(wish: HistoryWish): Promise<HistoryReply>;
  /** How many of the list are of each sender, by its id. @throws system errors */
  countBySender(): Promise<ReadonlyMap<string, number>>;
  /** Takes an upload off the list; the file stays. @returns false when it was not in it @throws system errors */
  forget(id: string): Promise<boolean>;
  /** Takes all off the list; the files stay. @throws Failure those of the disk */
  clear(): Promise<void>;
  /** Absolute path of what is in the list as it was last read; null for all else. */
  locate(id: string): string | null;
  /** Writes what is not written yet. Never rejects. */
  flush(): Promise<void>;
}

export interface StoredBefore {
  readonly stored: readonly UploadRecord[];
  /** How many lines of the log could not be read. */
  readonly damagedLines: number;
}

/** @param folder that the paths of the records begin at */
export function createUploadHistory(staging: string, folder: string): UploadHistory {
  const log = createAppendLog(join(staging, LOG_NAME));
  const arrivals = new Arrivals();
  /** Noted in vain, because the disk was full for instance; written whole once they are stored. */
  const unnoted = new WeakSet<FileLine>();
  let confirmed: FileLine[] = [];
  let timer: NodeJS.Timeout | undefined;
  let largeBytes = LARGE_LOG_BYTES;
  /** What is being written of that. */
  let confirming: Promise<unknown> = Promise.resolve();

  const pathOf = (record: UploadRecord): string => join(folder, record.path);
  const refresh = (): Promise<void> => log.read(arrivals);

  async function isItself({ record, inode }: FileLine): Promise<boolean> {
    // Moved, removed, or on a disk that is away: nobody can say that it is the one that came.
    const found = await lstat(pathOf(record), { bigint: true }).catch(() => null);
    return found !== null && found.isFile() && String(found.ino) === inode && found.size === BigInt(record.received);
  }

  async function onlyThemselves(files: readonly FileLine[]): Promise<readonly FileLine[]> {
    const are = await Promise.all(files.map(isItself));
    return files.filter((_file, index) => are[index]);
  }

  /** Whoever gave them their names may have been killed before that was durable. @throws system errors */
  async function makeDurable(files: readonly FileLine[]): Promise<void> {
    await Promise.all([...new Set(files.map(({ record }) => dirname(pathOf(record))))].map(syncFolder));
  }

  /** @param isLatest false when another came to the same path since: what is there is that one */
  async function toEntry(record: StoredRecord, isLatest: boolean): Promise<HistoryEntry> {
    const { id, batch, name, path, originalName, size, sender, storedAtMs, digest, verified } = record;
    // What cannot be looked at cannot be opened either.
    const found = isLatest ? await lstat(pathOf(record)).catch(() => null) : null;
    return {
      id, batch, name, path, size, sender, storedAtMs, isThere: found?.isFile() === true,
      ...(originalName === undefined ? {} : { originalName }), ...(digest === undefined ? {} : { digest }), ...(verified === undefined ? {} : { verified }),
    };
  }

  /** Adds lines, with what waits to be said. @returns false when they could not be written */
  async function add(lines: readonly LogLine[], mayCreate: boolean): Promise<boolean> {
    clearTimeout(timer);
    timer = undefined;
    const waiting = confirmed;
    confirmed = [];
    const appending = log.append([...namedLines(waiting, unnoted), ...lines].map((line) => JSON.stringify(line)), mayCreate);
    if (waiting.length > 0) confirming = Promise.allSettled([confirming, appending]);
    try {
      const bytes = await appending;
      if (bytes > largeBytes) void replaceIfWorth(bytes);
      return true;
    } catch {
      // A full disk, for instance: they are stored all the same, and the next that comes tries again.
      confirmed = [...waiting, ...confirmed].slice(-LARGEST_BACKLOG);
      return false;
    }
  }

  async function flush(): Promise<void> {
    if (confirmed.length > 0) await add([], false);
    await confirming;
  }

  async function replaceIfWorth(bytes: number): Promise<void> {
    // Whatever comes of it, it is not looked at again before it has doubled.
    largeBytes = 2 * bytes;
    try {
      await refresh();
      if (!arrivals.isWorthReplacing()) return;
      await replace(async () => arrivals.toLines());
      largeBytes = LARGE_LOG_BYTES;
    } catch {
      // A full disk, for instance: it stays as long as it is.
    }
  }

  function replace(makeLines: () => Promise<readonly FileLine[]>): Promise<void> {
    return log.replace(arrivals, async () => (await makeLines()).map((line) => JSON.stringify(line)));
  }

  return {
    async note(files) {
      if (files.length > 0 && !(await add(files, true))) for (const file of files) unnoted.add(file);
    },
    confirm(files) {
      confirmed.push(...files);
      timer ??= setTimeout(() => void add([], false), CONFIRM_AFTER_MS).unref();
    },
    async refresh() {
      await flush();
      await refresh();
    },
    withInode: (inode) => arrivals.withInode(inode),
    async find(ids, isLocked) {
      if (await log.hasNews()) await refresh();
      const named = await onlyThemselves(ids.flatMap((id) => arrivals.get(id) ?? []));
      const noted = isLocked ? await onlyThemselves(ids.flatMap((id) => arrivals.pendingOf(id) ?? [])) : [];
      await makeDurable(noted);
      return [...named, ...noted].map(({ record }) => record);
    },
    async restore(keepMs) {
      await refresh();
      const pending = await onlyThemselves(arrivals.pending());
      // A disk that cannot do that now has them in sight all the same.
      await makeDurable(pending).catch(() => undefined);
      if (pending.length > 0) await add([{ kind: 'named', files: pending.map(toPair) }], false);
      const damagedLines = arrivals.damagedCount();
      // A full disk, for instance: it stays as long as it is.
      if (arrivals.isWorthReplacing()) await replace(async () => arrivals.toLines()).catch(() => undefined);
      const recent = arrivals.arrived().filter(({ record }) => Date.now() - record.storedAtMs <= keepMs);
      const stored = [...(await onlyThemselves(recent)), ...pending].map(({ record }) => record);
      return { stored, damagedLines };
    },
    async page(wish) {
      await flush();
      await refresh();
      const arrived = arrivals.arrived();
      const latest = new Map(arrived.map(({ record }) => [record.path, record.id]));
      const listed = arrived.filter(({ isForgotten }) => isForgotten !== true);
      const { records, next, total } = pickPage(listed.map(({ record }) => record), wish);
      return { entries: await Promise.all(records.map((record) => toEntry(record, latest.get(record.path) === record.id))), next, total };
    },
    async countBySender() {
      await flush();
      await refresh();
      const counts = new Map<string, number>();
      for (const { record, isForgotten } of arrivals.arrived()) if (isForgotten !== true) counts.set(record.sender.id, (counts.get(record.sender.id) ?? 0) + 1);
      return counts;
    },
    async forget(id) {
      await refresh();
      const file = arrivals.get(id);
      if (file === undefined || file.isForgotten === true) return false;
      await log.append([JSON.stringify({ kind: 'forgotten', id } satisfies LogLine)], false);
      return true;
    },
    async clear() {
      await flush();
      // What is still there stays known to be stored, in case that its sender comes again. The rest goes from the disk too.
      const forgotten = async (): Promise<readonly FileLine[]> => (await onlyThemselves(arrivals.arrived())).map((file) => ({ ...file, isForgotten: true }));
      await replace(async () => [...(await forgotten()), ...arrivals.pending()]);
    },
    locate(id) {
      const file = arrivals.get(id);
      return file === undefined || file.isForgotten === true ? null : pathOf(file.record);
    },
    flush,
  };
}

function toPair({ record, inode }: FileLine): readonly [string, string] {
  return [record.id, inode];
}

function namedLines(files: readonly FileLine[], unnoted: WeakSet<FileLine>): readonly LogLine[] {
  const whole = files.filter((file) => unnoted.has(file)).map((file) => ({ ...file, isNamed: true as const }));
  const named = files.filter((file) => !unnoted.has(file)).map(toPair);
  return [...whole, ...(named.length === 0 ? [] : [{ kind: 'named' as const, files: named }])];
}
