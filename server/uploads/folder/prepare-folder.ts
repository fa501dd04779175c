import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, systemErrorCode } from '../../failure.ts';
import { clearCopies } from '../naming/copy-across.ts';
import { longestName } from '../naming/longest-name.ts';
import { clearReservations } from '../naming/reserve-name.ts';
import { createStagedFile } from './staged-file.ts';
import { sweepStaging } from './staged-name.ts';

/** Hidden folder inside the upload folder, so that both are on one volume. */
export const STAGING_NAME = '.slipway-staging';

/** Absolute paths, without links on the way. */
export interface PreparedFolder {
  readonly path: string;
  readonly staging: string;
  /** Bytes of the longest name that the file system takes. */
  readonly mostNameBytes: number;
}

/**
 * Makes an upload folder and its staging when missing, proves that they can be written to, and clears what earlier runs left behind.
 * @throws Failure CONFIG_DEST_NOT_WRITABLE, CONFIG_STAGING_CROSS_DEVICE; system errors
 */
export async function prepareFolder(wanted: string): Promise<PreparedFolder> {
  // Not recursive: a whole path that is missing is a typing error, or a disk that is not there.
  await mkdir(wanted).catch(ignoreExisting);
  const path = await realpath(wanted);
  const staging = join(path, STAGING_NAME);
  await makePrivateFolder(staging);
  await requireSameDevice(path, staging);
  await requireOwn(path, staging);
  const mostNameBytes = await longestName(staging);
  if (mostNameBytes === null) throw new Failure('CONFIG_DEST_NOT_WRITABLE');
  // In this order: what waits in staging tells whose an empty file is.
  await clearReservations(staging);
  await clearCopies(staging);
  await sweepStaging(staging);
  return { path, staging, mostNameBytes };
}

function ignoreExisting(error: unknown): void {
  if (systemErrorCode(error) !== 'EEXIST') throw error;
}

async function makePrivateFolder(staging: string): Promise<void> {
  await mkdir(staging, { mode: 0o700 }).catch(ignoreExisting);
  if (!(await lstat(staging)).isDirectory()) throw new Failure('CONFIG_DEST_NOT_WRITABLE');
  await chmod(staging, 0o700);
}

/**
 * Proves that files can be made in staging, and that it is ours: whoever made it before us, in a folder that everybody may write to, could
 * open it to others at any time. Whoever the upload folder belongs to can do as they like with all in it anyway.
 */
async function requireOwn(path: string, staging: string): Promise<void> {
  const probe = await createStagedFile(staging);
  try {
    // As this disk writes it down: a network share may know us under another number.
    const us = (await lstat(probe.path)).uid;
    const { uid } = await lstat(staging);
    if (uid !== us && uid !== (await stat(path)).uid) throw new Failure('CONFIG_DEST_NOT_WRITABLE');
  } finally {
    await probe.discard();
  }
}

/** A file gets its name by a link, which cannot lead to another disk. */
async function requireSameDevice(path: string, staging: string): Promise<void> {
  if ((await stat(path)).dev !== (await stat(staging)).dev) throw new Failure('CONFIG_STAGING_CROSS_DEVICE');
}
