import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const MARKER = /^folder-[0-9a-f]{32}\.id$/u;

/** Tells one upload folder from another in the same place: another disk mounted there, or a folder that somebody made anew. */
export interface FolderMarker {
  /** True while the folder is the one that it was. */
  isThere(): Promise<boolean>;
  /** The same, but a yes may be a tenth of a second old: for what gets no name yet, and comes by the thousand. */
  wasThere(): Promise<boolean>;
}

const REMEMBERED_MS = 100;

/**
 * Finds or leaves an empty file in staging whose name is this folder's alone; it is there again when a disk comes back under another
 * device number. Where none can be made, on a disk without room for a name, the device number has to do.
 */
export async function markFolder(path: string, staging: string): Promise<FolderMarker> {
  const name = (await findMarker(staging)) ?? (await leaveMarker(staging));
  // Missing or out of reach, it is not there, in either way of telling.
  if (name !== null) return remembering(() => lstat(join(staging, name)).then((found) => found.isFile(), () => false));
  const { dev } = await stat(path, { bigint: true });
  return remembering(() => stat(path, { bigint: true }).then((found) => found.dev === dev, () => false));
}

function remembering(look: () => Promise<boolean>): FolderMarker {
  let seenMs = -Infinity;
  let looking: Promise<boolean> | undefined;

  const isThere = async (): Promise<boolean> => {
    const sinceMs = performance.now();
    const found = await look();
    seenMs = found ? sinceMs : -Infinity;
    return found;
  };
  return {
    isThere,
    async wasThere() {
      if (performance.now() - seenMs < REMEMBERED_MS) return true;
      looking ??= isThere().finally(() => (looking = undefined));
      return looking;
    },
  };
}

async function findMarker(staging: string): Promise<string | undefined> {
  return (await readdir(staging)).toSorted().find((name) => MARKER.test(name));
}

async function leaveMarker(staging: string): Promise<string | null> {
  const name = `folder-${randomBytes(16).toString('hex')}.id`;
  try {
    await (await open(join(staging, name), 'wx', 0o600)).close();
    return name;
  } catch {
    // Whether the folder can be written to at all, others find out.
    return null;
  }
}
