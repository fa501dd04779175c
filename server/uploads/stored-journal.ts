import { appendFile, lstat, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadRecord } from '../contracts/upload.ts';
import { systemErrorCode } from '../failure.ts';
import { isCount, isObject } from '../guards.ts';
import { isUploadRecord } from './progress-entry.ts';
import { PROCESS_TAG } from './process-tag.ts';

/** File in staging. */
const JOURNAL_NAME = 'stored.jsonl';

/** Most uploads that are remembered; of more, the latest. */
const MOST_REMEMBERED = 10_000;

/** A file that is about to get its final name. */
export interface StoredLine {
  /** As it will be once the file has that name. */
  readonly record: UploadRecord;
  /** Of the staged file, which keeps it when it is linked or renamed. */
  readonly inode: string;
}

/**
 * Which uploads an earlier run stored. A process may be killed after a file got its name and before its sender was told: the sender
 * then comes again with the same id, and must not make a second file. What is noted here before the name is given proves, together
 * with a file of that name and inode, that the upload is stored. Nothing is flushed: a killed process loses nothing that it has
 * written, and after a power cut the worst is a file that comes twice.
 */
export interface StoredJournal {
  /** Several processes may do so at once. Never rejects. */
  note(lines: readonly StoredLine[]): Promise<void>;
  /** What is stored, of the last `keepMs`; all else is forgotten. */
  restore(keepMs: number): Promise<readonly UploadRecord[]>;
}

/** @param folder that the paths of the records begin at */
export function createStoredJournal(staging: string, folder: string): StoredJournal {
  const path = join(staging, JOURNAL_NAME);

  async function isThere({ record, inode }: StoredLine): Promise<boolean> {
    const found = await lstat(join(folder, record.path), { bigint: true }).catch(() => null);
    return found !== null && found.isFile() && String(found.ino) === inode && found.size === BigInt(record.received);
  }

  return {
    async note(lines) {
      if (lines.length === 0) return;
      // A full disk, for instance: then the upload is not remembered, and stored all the same.
      await appendFile(path, toText(lines), { mode: 0o600 }).catch(() => undefined);
    },
    async restore(keepMs) {
      const noted = await readLines(path);
      const recent = noted.filter(({ record }) => Date.now() - (record.storedAtMs ?? 0) <= keepMs).slice(-MOST_REMEMBERED);
      const there = await Promise.all(recent.map(isThere));
      const kept = recent.filter((_line, index) => there[index]);
      if (kept.length < noted.length / 2) await replace(path, toText(kept));
      return kept.map(({ record }) => record);
    },
  };
}

function toText(lines: readonly StoredLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

async function readLines(path: string): Promise<readonly StoredLine[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return '';
  });
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

/** Null for the last line of a killed process, which may be torn, and for whatever else is none of ours. */
function parseLine(text: string): StoredLine | null {
  try {
    const value: unknown = JSON.parse(text);
    return isStoredLine(value) ? value : null;
  } catch {
    // Torn: that upload is not remembered.
    return null;
  }
}

function isStoredLine(value: unknown): value is StoredLine {
  if (!isObject(value) || typeof value['inode'] !== 'string' || !isUploadRecord(value['record'])) return false;
  return value['record'].state === 'stored' && isCount(value['record'].storedAtMs);
}

async function replace(path: string, text: string): Promise<void> {
  const next = `${path}.${PROCESS_TAG}`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, path);
}
