import { randomUUID } from 'node:crypto';
import { lstat, open, readdir, readFile, realpath, rename, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { systemErrorCode } from '../../failure.ts';
import { isObject, parseGuarded } from '../../guards.ts';
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
 * What a kill in that instant leaves, {@link clearReservations} removes.
 * @param final `<folder>/<name>`; the folder may be a path of the system to one that is open
 * @returns false when the name is taken
 */
export async function reserveAndRename(staged: string, final: string): Promise<boolean> {
  if (await isThere(final)) return false;
  const staging = dirname(staged);
  const intent = join(staging, `${PROCESS_TAG}.${randomUUID()}.naming`);
  const folder = await realpath(dirname(final));
  await writeFile(intent, JSON.stringify({ staged: basename(staged), reserved: relative(dirname(staging), join(folder, basename(final))) } satisfies Intent), { mode: 0o600 });
  try {
    return await reserved(staged, final);
  } finally {
    // Left behind, it says something that is not true any more: what it names is not empty then, or not in staging.
    await unlinkIfThere(intent).catch(() => undefined);
  }
}

/** Removes the empty files with which processes that are gone reserved names, if their own file still waits in staging. @throws system errors */
export async function clearReservations(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const tag = INTENT_NAME.exec(name)?.groups?.['tag'];
    if (tag === undefined || processState(tag) !== 'gone') continue;
    // One that was cut, or that cannot be read, was written before anything was reserved.
    const intent = parseGuarded(await readFile(join(staging, name), 'utf8').catch(() => ''), isIntent);
    if (intent !== null && (await isThere(join(staging, intent.staged)))) await removeIfEmpty(join(dirname(staging), intent.reserved));
    await unlinkIfThere(join(staging, name));
  }
}

async function reserved(staged: string, final: string): Promise<boolean> {
  try {
    await (await open(final, 'wx', 0o600)).close();
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await patiently(() => rename(staged, final), BUSY);
  } catch (error) {
    await unlink(final);
    throw error;
  }
  return true;
}

async function removeIfEmpty(path: string): Promise<void> {
  // Not there: it was not reserved yet, or has been removed.
  const found = await lstat(path).catch(() => null);
  if (found?.isFile() === true && found.size === 0) await unlinkIfThere(path);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}

/** No path of an intent leads out of the upload folder, whoever wrote it. */
function isIntent(value: unknown): value is Intent {
  if (!isObject(value)) return false;
  const { staged, reserved: path } = value;
  return typeof staged === 'string' && staged === basename(staged) && typeof path === 'string' && path !== '' && path.split(/[/\\]/u).every((part) => part !== '' && part !== '.' && part !== '..');
}
