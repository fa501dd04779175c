import { randomUUID } from 'node:crypto';
import { open, readFile, stat, utimes, type FileHandle } from 'node:fs/promises';
import { Failure, ignoreMissing, systemErrorCode } from '../../failure.ts';
import { diskFailure } from '../folder/disk-failure.ts';
import { PROCESS_TAG, processState } from '../folder/process-tag.ts';
import { clearLater } from '../folder/clear-later.ts';
import { unlinkIfThere } from '../folder/unlink-if-there.ts';

/** How long somebody who wants the lock waits for whoever has it. */
const PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 100;
/** The holder touches its lock this often, and looks whether somebody wants it. */
const BEAT_MS = 500;
/** A lock of a process that cannot be seen is stale when it was not touched for so long. */
const STALE_AFTER_MS = 10_000;
/** One that names nobody is of a process that was killed between making it and saying whose it is: a matter of microseconds. */
const NAMELESS_STALE_AFTER_MS = 1500;

const FULL_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** What this process has, or is about to have. */
const held = new Set<string>();

/** The right to change one upload; held by one request of one process at a time. */
export interface HeldLock {
  /** Aborted, with UPLOAD_LOCKED, when somebody else wants it: the newer connection of a sender is the one that lives. */
  readonly wanted: AbortSignal;
  /** Safe to call twice. */
  release(): Promise<void>;
}

/**
 * Takes the lock of an upload, across processes that share the disk: a file that is created exclusively, kept fresh, and taken
 * over when its process is gone. Whoever holds it is asked to let go.
 * @param path of the lock file
 * @throws Failure UPLOAD_LOCKED when it is not let go within 5 s
 */
export async function lockUpload(path: string): Promise<HeldLock> {
  const untilMs = performance.now() + PATIENCE_MS;
  const wish = wishFor(path);
  const owner = newOwner();
  let wasStale = false;
  try {
    while (!(await tryToCreate(path, owner)) || (wasStale && !(await isStillOurs(path, owner)))) {
      if (performance.now() > untilMs) throw new Failure('UPLOAD_LOCKED');
      if (await isStale(path)) {
        wasStale = true;
        await clearStale(path);
      } else {
        await writeIfMissing(wish);
      }
      await nextLook();
    }
    await unlinkIfThere(wish);
    return hold(path, wish, owner);
  } catch (error) {
    held.delete(owner);
    // Others who wait say so again at their next look.
    await unlinkIfThere(wish);
    throw error;
  }
}

/** Takes the lock when nobody has it, and asks nobody to let go; null when somebody has. */
export async function lockIfFree(path: string): Promise<HeldLock | null> {
  const owner = newOwner();
  try {
    const wasStale = await isStale(path);
    // Twice, because whoever was clearing it may have died at that.
    for (let turn = 0; turn < 2 && (await isStale(path)); turn += 1) await clearStale(path);
    if ((await tryToCreate(path, owner)) && (!wasStale || (await isStillOurs(path, owner)))) return hold(path, wishFor(path), owner);
  } catch (error) {
    held.delete(owner);
    throw error;
  }
  held.delete(owner);
  return null;
}

/** Of one request: two of one process must not take each other's lock for their own. */
function newOwner(): string {
  const owner = `${PROCESS_TAG} ${randomUUID()}`;
  held.add(owner);
  return owner;
}

/** True while somebody who is there has the lock; false for one that cannot be looked at. A hint: only who takes it knows. */
export async function isLocked(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null && !(await isStale(path));
}

/** Somebody who found the same stale lock may have been about to remove it by its name, under which ours is now. */
async function isStillOurs(path: string, owner: string): Promise<boolean> {
  await nextLook();
  return (await ownerOf(path)) === owner;
}

function nextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

/**
 * Does a job with the lock of an upload.
 * @param job may release the lock by itself, as its last deed
 * @param take how to get it
 * @throws Failure UPLOAD_LOCKED, and whatever the job throws; system errors by their names
 */
export async function underLock<Result>(path: string, job: (lock: HeldLock) => Promise<Result>, take = lockUpload): Promise<Result> {
  try {
    const lock = await take(path);
    try {
      return await job(lock);
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw diskFailure(error);
  }
}

/**
 * As `lockUpload`, for whoever needs no more room: on a disk that is so full that no lock can be made, nobody has it, and nobody can get
 * it. To wait would be to keep the disk full, or a file that is all here out of sight.
 */
export async function lockUnlessFull(path: string): Promise<HeldLock> {
  return lockUpload(path).catch((error: unknown) => {
    ignoreFullDisk(error);
    return { wanted: new AbortController().signal, release: async () => undefined };
  });
}

function hold(path: string, wish: string, owner: string): HeldLock {
  const wanted = new AbortController();
  const letGo = (): void => wanted.abort(new Failure('UPLOAD_LOCKED'));
  const touch = async (): Promise<void> => {
    // Another's means that somebody took ours for stale: this process slept for too long and must let go as well.
    if ((await ownerOf(path)) !== owner) throw new Failure('UPLOAD_LOCKED');
    const now = new Date();
    await utimes(path, now, now);
  };
  const beat = setInterval(() => {
    touch().catch(letGo);
    // Not there, as nearly always: nobody wants it.
    stat(wish).then(letGo, () => undefined);
  }, BEAT_MS).unref();
  const remove = async (): Promise<void> => {
    clearInterval(beat);
    const unlinkOwn = async (): Promise<void> => {
      // Not by ownerOf: with no descriptor left, it would say that the lock is somebody else's.
      const now = await readFile(path, 'utf8').catch(ignoreMissing);
      if (now === owner) await unlinkIfThere(path);
    };
    try {
      await unlinkOwn().catch((error: unknown) => {
        // Nobody's from now on, and whoever wants it takes it over; the file goes when the disk lets it.
        clearLater(unlinkOwn);
        throw error;
      });
    } finally {
      held.delete(owner);
    }
  };
  let released: Promise<void> | undefined;
  return { wanted: wanted.signal, release: () => (released ??= remove()) };
}

function wishFor(path: string): string {
  return `${path}.wanted`;
}

async function tryToCreate(path: string, owner: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'wx', 0o600);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await handle.writeFile(owner);
  } catch (error) {
    // On a full disk: one that says nothing of its owner would be in everybody's way.
    await unlinkIfThere(path);
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

async function isStale(path: string): Promise<boolean> {
  // Gone meanwhile, or out of reach: nothing to be taken away.
  const [owner, found] = await Promise.all([ownerOf(path), stat(path).catch(() => null)]);
  if (found === null) return false;
  const state = processState(owner.split(' ', 1)[0] ?? '');
  // A computer that has slept finds its own locks old; whoever holds one here is there to be asked. One that nobody here holds was
  // left when its folder was away, and came back with it.
  if (state === 'ours') return !held.has(owner);
  const untouchedMs = Date.now() - found.mtimeMs;
  return state === 'gone' || untouchedMs > (owner === '' ? NAMELESS_STALE_AFTER_MS : STALE_AFTER_MS);
}

/** Two that find the same stale lock must not both remove it, or the second removes the first one's new lock. */
async function clearStale(path: string): Promise<void> {
  const clearing = `${path}.clearing`;
  const owner = newOwner();
  try {
    if (!(await tryToCreate(clearing, owner))) {
      if (await isStale(clearing)) await unlinkIfThere(clearing);
      return;
    }
    try {
      if (await isStale(path)) await unlinkIfThere(path);
    } finally {
      await unlinkIfThere(clearing);
    }
  } finally {
    held.delete(owner);
  }
}

/** '' for a lock that names nobody, is gone, or cannot be read now: then its age decides. */
async function ownerOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** On a full disk nobody can be asked: then whoever has the lock is waited for. */
async function writeIfMissing(path: string): Promise<void> {
  await open(path, 'w', 0o600).then((handle) => handle.close(), ignoreFullDisk);
}

function ignoreFullDisk(error: unknown): void {
  if (!FULL_DISK.has(systemErrorCode(error) ?? '')) throw error;
}
