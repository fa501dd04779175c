import { constants, type BigIntStats } from 'node:fs';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ignoreMissing, systemErrorCode } from '../../failure.ts';
import { underLock } from '../resumable/upload-lock.ts';
import { stagedName } from '../folder/staged-name.ts';

/** Longer than any line of ours; what has no end within this is damaged. Reading goes by such pieces, so that others get their turn. */
const PIECE_BYTES = 256 << 10;

/** Lines that go out in one write, far below what the system would cut in two. */
const LINES_PER_WRITE = 200;

const NEWLINE = 0x0a;

/** A place in the log, and which log it was. */
interface Position {
  readonly log: string;
  readonly offset: number;
}

/** Takes what is read. */
export interface LogReader {
  /** Forget all: the log is another one. */
  restart(): void;
  lines(lines: readonly string[]): void;
}

/**
 * Lines in a file to which several processes append at once. Nothing is flushed: a process that is killed loses nothing that it has
 * written. A line that one left torn is one damaged line, because each write begins with a line of its own.
 */
export interface AppendLog {
  /**
   * @param mayCreate false: only if there is a log
   * @returns bytes of the log now
   * @throws system errors
   */
  append(lines: readonly string[], mayCreate: boolean): Promise<number>;
  /** Reads whole lines that were added since the last time. @throws system errors */
  read(reader: LogReader): Promise<void>;
  /** False when nobody but this process has added anything that is not read yet; one look, no reading. @throws system errors */
  hasNews(): Promise<boolean>;
  /**
   * Puts other lines in the place of all, durably and as one; what is appended meanwhile, also by others, comes after them.
   * @param reader is told all that the lines are to replace
   * @throws Failure those of the disk, UPLOAD_LOCKED
   */
  replace(reader: LogReader, makeLines: () => Promise<readonly string[]>): Promise<void>;
}

export function createAppendLog(path: string): AppendLog {
  let position: Position = { log: '', offset: 0 };
  /** So far all is read, or our own. */
  let known: Position = position;
  let turn: Promise<unknown> = Promise.resolve();

  async function appendAll(lines: readonly string[], mayCreate: boolean): Promise<number> {
    const handle = await open(path, constants.O_WRONLY | constants.O_APPEND | (mayCreate ? constants.O_CREAT : 0), 0o600);
    try {
      let writtenBytes = 0;
      for (let at = 0; at < lines.length; at += LINES_PER_WRITE) writtenBytes += await writeOnce(handle, `\n${lines.slice(at, at + LINES_PER_WRITE).join('\n')}\n`);
      // Null when it has just been removed: as good as replaced.
      const [ours, there] = await Promise.all([handle.stat({ bigint: true }), stat(path, { bigint: true }).catch(() => null)]);
      // Anybody else's lines in between: then they are news, and ours with them.
      const before = Number(ours.size) - writtenBytes;
      if (before === known.offset && (before === 0 || known.log === nameOf(ours))) known = { log: nameOf(ours), offset: Number(ours.size) };
      // Replaced while we wrote: what we wrote may be lost with the old one, and does no harm when it comes twice.
      return there?.ino === ours.ino ? Number(ours.size) : await appendAll(lines, mayCreate);
    } finally {
      await handle.close();
    }
  }

  async function readOn(reader: LogReader): Promise<void> {
    const handle = await openIfThere(path);
    if (handle === null) {
      if (position.log !== '') reader.restart();
      position = { log: '', offset: 0 };
      known = position;
      return;
    }
    try {
      const found = await handle.stat({ bigint: true });
      const { size } = found;
      const log = nameOf(found);
      if (log !== position.log || size < BigInt(position.offset)) {
        position = { log, offset: 0 };
        reader.restart();
      }
      position = { log, offset: await readLines(handle, position.offset, reader) };
      // A torn line at the end is no news before there is more of it.
      if (known.log !== log || known.offset < Number(size)) known = { log, offset: Number(size) };
    } finally {
      await handle.close();
    }
  }

  async function exchange(reader: LogReader, makeLines: () => Promise<readonly string[]>): Promise<void> {
    const old = await openIfThere(path);
    try {
      await readOn(reader);
      const next = join(dirname(path), stagedName());
      await writeDurably(next, (await makeLines()).map((line) => `${line}\n`).join(''));
      await rename(next, path);
      // What others added after we had read, and before they could see that it is another file.
      const late = old === null ? '' : await readRest(old, position.offset);
      if (late !== '') await appendAll(late.split('\n'), true);
    } finally {
      await old?.close();
    }
  }

  /** Reading moves the position: one at a time. */
  const inTurn = (job: () => Promise<void>): Promise<void> => {
    const done = turn.then(job);
    turn = done.catch(() => undefined);
    return done;
  };

  return {
    append: appendAll,
    read: (reader) => inTurn(() => readOn(reader)),
    async hasNews() {
      const found = await stat(path, { bigint: true }).catch(ignoreMissing);
      return found !== undefined && (nameOf(found) !== known.log || Number(found.size) !== known.offset);
    },
    replace: (reader, makeLines) => inTurn(() => underLock(`${path}.lock`, () => exchange(reader, makeLines))),
  };
}

/** Tells a log from the one that was there before. */
function nameOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino} ${birthtimeNs}`;
}

/** @returns bytes */
async function writeOnce(handle: FileHandle, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  const { bytesWritten } = await handle.write(bytes);
  // A disk that fills up takes a part; the rest, written later, could land behind another process's lines.
  if (bytesWritten < bytes.length) throw Object.assign(new Error('The log is cut short'), { code: 'ENOSPC' });
  return bytesWritten;
}

/** @returns offset after the last whole line */
async function readLines(handle: FileHandle, from: number, reader: LogReader): Promise<number> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let offset = from; ; ) {
    const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, offset);
    const end = piece.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (end >= 0) {
      reader.lines(piece.toString('utf8', 0, end).split('\n'));
      offset += end + 1;
    } else if (bytesRead === PIECE_BYTES) {
      // No line of ours is so long.
      reader.lines(['damaged']);
      offset += bytesRead;
    }
    if (bytesRead < PIECE_BYTES) return offset;
  }
}

async function readRest(handle: FileHandle, from: number): Promise<string> {
  const { size } = await handle.stat();
  if (size <= from) return '';
  const rest = Buffer.alloc(size - from);
  const { bytesRead } = await handle.read(rest, 0, rest.length, from);
  return rest.toString('utf8', 0, bytesRead);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path, 'r').catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return null;
  });
}
