import { constants } from 'node:fs';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Failure } from '../../failure.ts';
import { isObject, parseGuarded } from '../../guards.ts';
import { clearNowOrLater } from '../folder/clear-later.ts';
import type { DurableFolder } from '../folder/durable-folder.ts';
import { PROCESS_TAG, PROCESS_TAG_PATTERN, processState } from '../folder/process-tag.ts';
import { unlinkIfThere } from '../folder/unlink-if-there.ts';
import { holdsSameBytes, seeFile } from './same-content.ts';

/** No name that a sender may have begins with a dot (see `safe-name.ts`). */
const COPY_NAME = new RegExp(`^\\.slipway-${PROCESS_TAG_PATTERN}\\.[0-9a-f-]{36}$`, 'u');
const INTENT_NAME = new RegExp(`^(?<tag>${PROCESS_TAG_PATTERN})\\.[0-9a-f-]{36}\\.copying$`, 'u');

/** Where a copy is being made, in case that this process does not live to finish it. */
interface Intent {
  /** Path of the copy, relative to the upload folder. */
  readonly copy: string;
}

interface Across {
  /** Path in staging of the complete, durable file. */
  readonly staged: string;
  /** Components below the upload folder. */
  readonly folders: readonly string[];
  /** The same folder, open. */
  readonly durable: DurableFolder;
}

/**
 * For a folder of the path that lies on another disk, because one is mounted inside the upload folder: neither a link nor a rename
 * leads there from staging. Makes a hidden copy in that folder, durable and compared byte by byte, and removes it when the job is over.
 * What a kill leaves of it, {@link clearCopies} removes.
 * @param job gives the copy its name
 * @throws Failure STORAGE_IO_ERROR when the copy is not the same; system errors; what the job throws
 */
export async function withCopyAcross<Result>({ staged, folders, durable }: Across, job: (copy: string) => Promise<Result>): Promise<Result> {
  const hidden = `.slipway-${PROCESS_TAG}.${randomUUID()}`;
  const intent = join(dirname(staged), `${PROCESS_TAG}.${randomUUID()}.copying`);
  const copy = join(durable.path, hidden);
  await writeFile(intent, JSON.stringify({ copy: [...folders, hidden].join('/') } satisfies Intent), { mode: 0o600 });
  try {
    await copyFile(staged, copy, constants.COPYFILE_EXCL);
    const seen = await seeFile(durable.path, hidden);
    // Flushes the copy as well.
    if (seen === null || !(await holdsSameBytes(staged, durable.path, seen))) throw new Failure('STORAGE_IO_ERROR');
    return await job(copy);
  } finally {
    // Gone from there when it got its name.
    await unlinkIfThere(copy).then(() => clearNowOrLater(() => unlinkIfThere(intent)), () => undefined);
  }
}

/** Removes the copies that processes which are gone were making. @throws system errors */
export async function clearCopies(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const tag = INTENT_NAME.exec(name)?.groups?.['tag'];
    if (tag === undefined || processState(tag) !== 'gone') continue;
    // One that was cut was written before anything was copied.
    const intent = parseGuarded(await readFile(join(staging, name), 'utf8').catch(() => ''), isIntent);
    if (intent !== null) await unlinkIfThere(join(dirname(staging), intent.copy));
    await unlinkIfThere(join(staging, name));
  }
}

/** No path of an intent leads out of the upload folder, or to anything but a copy of ours, whoever wrote it. */
function isIntent(value: unknown): value is Intent {
  if (!isObject(value) || typeof value['copy'] !== 'string') return false;
  return COPY_NAME.test(basename(value['copy'])) && value['copy'].split(/[/\\]/u).every((part) => part !== '' && part !== '.' && part !== '..');
}
