import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../failure.ts';
import type { QuotaMeter } from './space.ts';

/** The owner may have changed what is in the folder. */
const COUNT_AGAIN_AFTER_MS = 1000;
/** Counting may take this share of the time. */
const MOST_EFFORT = 1 / 20;
/** Looked at side by side. */
const FILES_AT_ONCE = 64;

interface QuotaOptions {
  readonly quotaBytes: number;
  /** Upload folder, as it is at the moment. */
  readonly folder: () => string;
  /** Name of what is not counted, directly below the folder. */
  readonly except: string;
  /** Bytes that were stored since some time, by this server and others. */
  readonly storedBytes: () => number;
}

/** Measures a folder: everything visible in it, whoever put it there. Between two counts, what was stored meanwhile is added. */
export function createFolderQuota({ quotaBytes, folder, except, storedBytes }: QuotaOptions): QuotaMeter {
  let counted: { readonly folder: string; readonly bytes: number; readonly storedBefore: number; readonly goodUntilMs: number } | undefined;
  let counting: Promise<void> | undefined;

  async function count(): Promise<void> {
    const now = { folder: folder(), storedBefore: storedBytes() };
    const beganMs = performance.now();
    const bytes = await sizeOf(now.folder, except);
    const endedMs = performance.now();
    counted = { ...now, bytes, goodUntilMs: endedMs + Math.max(COUNT_AGAIN_AFTER_MS, (endedMs - beganMs) / MOST_EFFORT) };
  }

  return {
    quotaBytes,
    async look() {
      if (counted !== undefined && counted.folder === folder() && performance.now() < counted.goodUntilMs) return;
      counting ??= count().finally(() => (counting = undefined));
      await counting;
    },
    // Less than before: another server has ended, and its sum with it.
    usedBytes: () => (counted === undefined ? 0 : counted.bytes + Math.max(0, storedBytes() - counted.storedBefore)),
  };
}

/** Bytes of all files below; links are not followed. */
async function sizeOf(folder: string, except: string | null): Promise<number> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(orGone)) ?? [];
  let bytes = 0;
  for (const entry of entries) if (entry.isDirectory() && entry.name !== except) bytes += await sizeOf(join(folder, entry.name), null);
  const files = entries.filter((entry) => entry.isFile());
  for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
    const sizes = await Promise.all(files.slice(at, at + FILES_AT_ONCE).map(({ name }) => lstat(join(folder, name)).catch(orGone)));
    bytes += sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0);
  }
  return bytes;
}

/** It may have gone since it was listed. */
function orGone(error: unknown): undefined {
  if (systemErrorCode(error) !== 'ENOENT') throw error;
}
