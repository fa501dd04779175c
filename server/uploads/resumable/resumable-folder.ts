import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure, systemErrorCode } from '../../failure.ts';
import type { FileDigest } from '../../contracts/upload.ts';
import type { DigestAlgorithm } from '../hash/file-digest.ts';
import { FileHash } from '../hash/file-hash.ts';
import { appendAll } from '../folder/staged-file.ts';
import { clearLater } from '../folder/clear-later.ts';
import { unlinkIfThere } from '../folder/unlink-if-there.ts';
import { parseResumableInfo, type ResumableInfo } from './resumable-info.ts';
import { clearRemains } from './clear-remains.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';

/** Where pairs go of which one half is torn or missing; cleared like everything else that is too old. */
const QUARANTINE_NAME = 'quarantine';

/** What this process lacks at the moment, whatever lies on the disk (open(2)). */
const SCARCE: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** Descriptions that are read side by side. */
const READ_AT_ONCE = 32;

/** What is on disk of a resumable upload. */
export interface ResumableState {
  readonly info: ResumableInfo;
  /** Bytes on disk; the next byte belongs there. */
  readonly offset: number;
  readonly changedAtMs: number;
}

/** True when none of an upload's bytes is missing. */
export function isWhole({ info, offset }: Pick<ResumableState, 'info' | 'offset'>): boolean {
  return offset === info.size;
}

/** Bytes being added to an upload; whoever has it holds the upload's lock. */
export interface AppendableFile {
  append(buffers: readonly Uint8Array[]): Promise<void>;
  /** Takes bytes back: the file has this length again. */
  truncate(length: number): Promise<void>;
  /** Makes all bytes durable. */
  seal(mode: number): Promise<void>;
  close(): Promise<void>;
}

/** The unfinished resumable uploads of one upload folder: in staging, a `.part` with the bytes and a `.json` with the rest. */
export interface ResumableFolder {
  /** Path of the bytes, for publishing. */
  partOf(id: string): string;
  /** Path of the lock. */
  lockOf(id: string): string;
  /** Makes an empty upload, durably. @throws system errors; EEXIST when there is one with that id */
  create(info: ResumableInfo): Promise<void>;
  /**
   * Undefined: never heard of it. Null: torn. Only under the upload's lock does that mean lost: halves come and go one after the
   * other.
   */
  find(id: string): Promise<ResumableState | undefined | null>;
  openToAppend(id: string): Promise<AppendableFile>;
  /** Durably replaces what is known of an upload that exists. */
  describe(info: ResumableInfo): Promise<void>;
  /** Reads the bytes that are on disk. */
  hash(id: string, algorithm: DigestAlgorithm): Promise<FileDigest>;
  remove(id: string): Promise<void>;
  /** Puts the bytes of a torn upload aside, so that its id is free; a description without bytes goes. */
  quarantine(id: string): Promise<void>;
  /** Removes what was touched by nobody for that long, unless it is whole, and what is left of uploads that nobody can go on with. */
  sweep(keepMs: number): Promise<void>;
  /** All whose state can be read. @throws system errors of a staging that cannot be looked at, or for lack of descriptors */
  list(): Promise<readonly ResumableState[]>;
}

export function createResumableFolder(staging: string): ResumableFolder {
  const pathOf = (id: string, ending: string): string => join(staging, `${keyOf(id)}.${ending}`);
  const tidy = async (): Promise<void> => {
    // Whoever is at a half of one may leave it.
    if (!(await clearRemains(staging)).isAllClear) throw new Failure('UPLOAD_LOCKED');
  };
  /** What a disk that is read-only for a while keeps of it goes when it no longer is. */
  const orTidyLater = async (job: () => Promise<void>): Promise<void> => {
    await job().catch((error: unknown) => {
      clearLater(tidy);
      throw error;
    });
  };

  async function find(infoPath: string, partPath: string): Promise<ResumableState | undefined | null> {
    const [text, part] = await Promise.all([ifThere(readFile(infoPath, 'utf8')), ifThere(stat(partPath))]);
    if (text === null && part === null) return undefined;
    const info = text === null ? null : parseResumableInfo(text);
    if (info === null || part === null || !part.isFile() || part.size > info.size) return null;
    return { info, offset: part.size, changedAtMs: part.mtimeMs };
  }

  return {
    partOf: (id) => pathOf(id, 'part'),
    lockOf: (id) => pathOf(id, 'lock'),
    create: (info) => orTidyLater(async () => {
      const part = pathOf(info.id, 'part');
      await (await open(part, 'wx', 0o600)).close();
      try {
        await writeWhole(pathOf(info.id, 'json'), JSON.stringify(info));
      } catch (error) {
        await unlink(part);
        throw error;
      }
    }),
    find: (id) => find(pathOf(id, 'json'), pathOf(id, 'part')),
    async openToAppend(id) {
      const handle = await open(pathOf(id, 'part'), 'a');
      return {
        append: (buffers) => appendAll(handle, buffers),
        truncate: (length) => handle.truncate(length),
        async seal(mode) {
          await handle.chmod(mode);
          await handle.sync();
        },
        close: () => handle.close(),
      };
    },
    describe: (info) => orTidyLater(() => writeWhole(pathOf(info.id, 'json'), JSON.stringify(info))),
    async hash(id, algorithm) {
      const hash = FileHash.start(algorithm);
      // In pieces, so that others get their turn in between.
      await pipeline(createReadStream(pathOf(id, 'part'), { highWaterMark: 1 << 20 }), async (pieces: AsyncIterable<Buffer>) => {
        for await (const piece of pieces) hash.update(piece);
      });
      return hash.digest();
    },
    remove: (id) => orTidyLater(async () => {
      // In this order: of a description without bytes it is plain that nothing is lost with it.
      await unlinkIfThere(pathOf(id, 'part'));
      await unlinkIfThere(pathOf(id, 'json'));
    }),
    async quarantine(id) {
      const [part, json] = [pathOf(id, 'part'), pathOf(id, 'json')];
      // Without bytes there is nothing that anybody could want back: whoever removed them did not get to the description.
      if ((await ifThere(stat(part))) === null) await unlinkIfThere(json);
      else await Promise.all([part, json].map((path) => quarantine(staging, path)));
    },
    async sweep(keepMs) {
      await sweepLeftovers(staging, QUARANTINE_NAME, keepMs, async (infoPath, partPath) => {
        const state = await find(infoPath, partPath);
        return state !== undefined && state !== null && isWhole(state);
      });
      await clearRemains(staging);
    },
    async list() {
      const names = (await readdir(staging)).filter((name) => /^[0-9a-f]{32}\.json$/u.test(name));
      const found: ResumableState[] = [];
      // All of them at once would take more descriptors than there are.
      for (let at = 0; at < names.length; at += READ_AT_ONCE) {
        const states = await Promise.all(names.slice(at, at + READ_AT_ONCE).map((name) => find(join(staging, name), join(staging, name.replace(/json$/u, 'part'))).catch(unlessScarce)));
        found.push(...states.filter((state) => state !== null && state !== undefined));
      }
      return found;
    },
  };
}

/** Ids are the sender's choice; on disk each has a name that any file system takes. */
function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}

/** A reader sees all of it or nothing. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    // On a full disk: half of a description is of no use to anybody.
    await unlinkIfThere(temporary);
    throw error;
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

/** One that the disk does not give out must not hide the others, nor keep a server from starting; without descriptors none would be found. */
function unlessScarce(error: unknown): null {
  const code = systemErrorCode(error);
  if (code === undefined || SCARCE.has(code)) throw error;
  return null;
}

/** Null for what is missing. Any other trouble, such as no descriptor left, says nothing about what lies there. */
async function ifThere<Result>(looking: Promise<Result>): Promise<Result | null> {
  return looking.catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return null;
  });
}

/** An empty file holds nothing of anybody's, and goes: a killed process, or a disk that became read-only, leaves one of a creation. */
async function quarantine(staging: string, path: string): Promise<void> {
  const found = await ifThere(stat(path));
  if (found === null) return;
  if (found.size === 0) {
    await unlinkIfThere(path);
    return;
  }
  const folder = join(staging, QUARANTINE_NAME);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await ifThere(rename(path, join(folder, `${Date.now()}-${path.slice(staging.length + 1)}`)));
}
