import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isCount, isObject, parseGuarded } from '../../guards.ts';
import { PROCESS_TAG, processState } from '../folder/process-tag.ts';
import { unlinkIfThere } from '../folder/unlink-if-there.ts';
import { lockIfFree, type HeldLock } from '../resumable/upload-lock.ts';

/** Folder inside staging, with a note of each server that uses the upload folder. */
export const NEIGHBOURS_NAME = 'servers';

/** A server that has not renewed its note for so long is gone, also when it is one of another computer. */
const STALE_AFTER_MS = 30_000;
/** Others look whether it is their turn this often; a turn takes some milliseconds. */
const LOOK_EVERY_MS = 10;
/** Longer than any turn. Who has waited so long decides without: a broken lock must not keep files out. */
const PATIENCE_MS = 2000;
/** For questions that come with each of many files. */
const REMEMBERED_MS = 100;
const NOTE_NAME = /^(?<tag>[0-9a-f]{8}\.\d+\.[0-9a-f]{8})\.[0-9a-f]{8}\.note(?<half>\.new)?$/u;

/** An upload that has not ended, as another server sees it. */
export interface PledgedUpload {
  readonly id: string;
  readonly senderId: string;
  /** Still to come. */
  readonly promisedBytes: number;
  /** On disk already, out of sight. */
  readonly receivedBytes: number;
}

/** What a server has promised, and what came of it. */
export interface Pledge {
  readonly uploads: readonly PledgedUpload[];
  /** Kept for what has no record yet. */
  readonly heldBytes: number;
  /** All that it has stored since it began. */
  readonly storedBytes: number;
}

export const NO_PLEDGE: Pledge = { uploads: [], heldBytes: 0, storedBytes: 0 };

/** The other servers on an upload folder: twins behind a proxy, on this computer or on others that share the disk. */
export interface Neighbours {
  /** What each other one has promised, as it said last. Never rejects. */
  pledges(): Promise<readonly Pledge[]>;
  /** Whether there are any, as of the last tenth of a second. Never rejects. */
  areThere(): Promise<boolean>;
  /** Resolves when no other decides about room; who has it decides, tells, and lets go. Null when that cannot be had. Never rejects. */
  turn(): Promise<HeldLock | null>;
  /** Tells the others. Never rejects. @param mayCreate false: only if there is a note of ours still */
  tell(ours: Pledge, mayCreate: boolean): Promise<void>;
  /** Says that this server is still here. Never rejects. */
  renew(): Promise<void>;
  /** Takes the note away. Never rejects. */
  leave(): Promise<void>;
}

/** Leaves a note that this server is here. Where that cannot be done, on a full disk for instance, it counts as being alone. */
export async function joinNeighbours(staging: string): Promise<Neighbours> {
  const folder = join(staging, NEIGHBOURS_NAME);
  const name = `${PROCESS_TAG}.${randomBytes(4).toString('hex')}.note`;

  let hasLeft = false;
  const tell = async (ours: Pledge, mayCreate: boolean): Promise<void> => {
    if (hasLeft) return;
    // Nothing but the others' view of us depends on it, and it is told again soon.
    await writeNote(join(folder, name), ours, mayCreate).catch(() => undefined);
  };
  // There already, or not to be had: then no note can be left, and this server counts as being alone.
  await mkdir(folder, { mode: 0o700 }).catch(() => undefined);
  await tell(NO_PLEDGE, true);

  let seen = { areThere: false, atMs: -Infinity };
  const pledges = async (): Promise<readonly Pledge[]> => {
    const atMs = performance.now();
    // None was made, or it is out of reach: nobody's notes can be read, and this server counts as being alone.
    const names = await readdir(folder).catch((): string[] => []);
    const notes = await Promise.all(names.filter((each) => each !== name).map((each) => readNote(folder, each)));
    const found = notes.filter((note) => note !== null);
    seen = { areThere: found.length > 0, atMs };
    return found;
  };

  return {
    pledges,
    async areThere() {
      return performance.now() - seen.atMs < REMEMBERED_MS ? seen.areThere : (await pledges()).length > 0;
    },
    async turn() {
      const untilMs = performance.now() + PATIENCE_MS;
      for (;;) {
        // No room for a lock, or no right: deciding without it is better than keeping files out.
        const lock = await lockIfFree(join(folder, 'turn.lock')).catch(() => 'broken' as const);
        if (lock === 'broken' || performance.now() > untilMs) return null;
        if (lock !== null) return lock;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
    tell,
    async renew() {
      const now = new Date();
      // The folder is away, or others took this server for gone and removed its note.
      await utimes(join(folder, name), now, now).catch(() => undefined);
    },
    async leave() {
      hasLeft = true;
      // What stays is removed by whoever finds this process gone.
      for (const each of [name, `${name}.new`]) await unlinkIfThere(join(folder, each)).catch(() => undefined);
    },
  };
}

/** Null for what is none, and of a server that is gone; its note is then removed. */
async function readNote(folder: string, name: string): Promise<Pledge | null> {
  const { tag, half } = NOTE_NAME.exec(name)?.groups ?? {};
  if (tag === undefined) return null;
  const path = join(folder, name);
  // Gone between being listed and being read: its server has just left.
  const [text, found] = await Promise.all([readFile(path, 'utf8').catch(() => ''), stat(path).catch(() => null)]);
  if (found === null) return null;
  if (processState(tag) === 'gone' || Date.now() - found.mtimeMs > STALE_AFTER_MS) {
    // Whoever looks next tries again.
    await unlinkIfThere(path).catch(() => undefined);
    return null;
  }
  if (half !== undefined) return null;
  // Of another version: there is somebody, of whom nothing can be read.
  return parseGuarded(text, isPledge) ?? NO_PLEDGE;
}

/** A reader sees all of it or what was there before. */
async function writeNote(path: string, ours: Pledge, mayCreate: boolean): Promise<void> {
  if (!mayCreate) await stat(path);
  const next = `${path}.new`;
  await writeFile(next, JSON.stringify(ours), { mode: 0o600 });
  await rename(next, path);
}

function isPledge(value: unknown): value is Pledge {
  return isObject(value) && isCount(value['heldBytes']) && isCount(value['storedBytes']) && Array.isArray(value['uploads']) && value['uploads'].every(isPledgedUpload);
}

function isPledgedUpload(value: unknown): value is PledgedUpload {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['senderId'] === 'string' && isCount(value['promisedBytes']) && isCount(value['receivedBytes']);
}
