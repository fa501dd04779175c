import { randomUUID } from 'node:crypto';
import { lstat, open, readdir, readFile, realpath, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { ignoreMissing, systemErrorCode } from '../../failure.ts';
import { isObject, parseGuarded } from '../../guards.ts';
import { clearNowOrLater } from '../folder/clear-later.ts';
import { PROCESS_TAG, PROCESS_TAG_PATTERN, processState } from '../folder/process-tag.ts';
import { unlinkIfThere } from '../folder/unlink-if-there.ts';
import { patiently } from './patiently.ts';

const INTENT_NAME = new RegExp(`^(?<tag>${PROCESS_TAG_PATTERN})\\.[0-9a-f-]{36}\\.naming$`, 'u');

/** On Windows a rename also fails with EPERM while another program has the file open. */
const BUSY: ReadonlySet<string> = new Set(['EBUSY', 'EACCES', 'EPERM', 'ETXTBSY']);

/** What is about to happen, in case that this process does not live to finish it. */
interface Intent {
  /** Name in staging. */
  readonly staged: string;
  /** Path of the empty file that reserves the name, relative to the upload folder. */
  readonly reserved: string;
}

/**
 * Gives a file its name where there are no hard links: an empty file reserves the name for the instant until the rename replaces it.
 * What a kill in that instant leaves, {@link clearReservations} removes; what a failing disk leaves goes as soon as that lets it.
 * @param final `<folder>/<name>`; the folder may be a path of the system to one that is open
 * @returns false when the name is taken
 * @throws system errors; then the staged file is still in staging
 */
export async function reserveAndRename(staged: string, final: string): Promise<boolean> {
  if (await isThere(final)) return false;
  const staging = dirname(staged);
  const intent = join(staging, `${PROCESS_TAG}.${randomUUID()}.naming`);
  // By its name: the folder is not open any more when something has to be removed later.
  const named = join(await realpath(dirname(final)), basename(final));
  await writeFile(intent, JSON.stringify({ staged: basename(staged), reserved: relative(dirname(staging), named) } satisfies Intent), { mode: 0o600 });
  // Left behind, it says something that is not true any more: what it names is not empty then, or not in staging.
  const forget = (): Promise<void> => unlinkIfThere(intent).catch(() => undefined);
  const reservation = await createReservation(final).catch(async (error: unknown) => {
    await forget();
    throw error;
  });
  if (reservation !== null) await fill(reservation, { staged, final, named, intent });
  await forget();
  return reservation !== null;
}

/** Removes the empty files with which processes that are gone reserved names, if their own file still waits in staging. @throws system errors */
export async function clearReservations(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const tag = INTENT_NAME.exec(name)?.groups?.['tag'];
    if (tag === undefined || processState(tag) !== 'gone') continue;
    // A disk that does not say what lies there may say it at the next start, if it is still known then what to look for.
    await clearReservation(staging, name).catch(() => undefined);
  }
}

async function clearReservation(staging: string, name: string): Promise<void> {
  // One that was cut was written before anything was reserved.
  const intent = parseGuarded(await readFile(join(staging, name), 'utf8'), isIntent);
  if (intent !== null && (await isThere(join(staging, intent.staged)))) await removeIfEmpty(join(dirname(staging), intent.reserved));
  await unlinkIfThere(join(staging, name));
}

/** Null when the name is taken. */
async function createReservation(final: string): Promise<FileHandle | null> {
  try {
    return await open(final, 'wx', 0o600);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return null;
    throw error;
  }
}

interface Filling {
  readonly staged: string;
  readonly final: string;
  /** The same place as `final`, as long as nobody moves its folder. */
  readonly named: string;
  readonly intent: string;
}

/** Puts the staged file where the name is reserved; when that cannot be done, the name is given back. */
async function fill(reservation: FileHandle, { staged, final, named, intent }: Filling): Promise<void> {
  let inode: bigint | undefined;
  try {
    try {
      inode = (await reservation.stat({ bigint: true })).ino;
    } finally {
      await reservation.close();
    }
    await patiently(() => rename(staged, final), BUSY);
  } catch (error) {
    // The intent last: it is what tells the next start of an empty file that this process could not remove. Of one that could not even
    // be looked at nobody knows which it is.
    if (inode !== undefined) {
      await clearNowOrLater(async () => {
        await removeIfEmpty(named, inode);
        await unlinkIfThere(intent);
      });
    }
    throw error;
  }
}

/** @param inode of the only file that is meant; undefined: whichever has that name */
async function removeIfEmpty(path: string, inode?: bigint): Promise<void> {
  const found = await lstat(path, { bigint: true }).catch(ignoreMissing);
  if (found?.isFile() !== true || found.size !== 0n) return;
  if (inode === undefined || found.ino === inode) await unlinkIfThere(path);
}

/** @throws system errors: what cannot be looked at may be there */
async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoreMissing)) !== undefined;
}

/** No path of an intent leads out of the upload folder, whoever wrote it. */
function isIntent(value: unknown): value is Intent {
  if (!isObject(value)) return false;
  const { staged, reserved: path } = value;
  return typeof staged === 'string' && staged === basename(staged) && typeof path === 'string' && path !== '' && path.split(/[/\\]/u).every((part) => part !== '' && part !== '.' && part !== '..');
}
