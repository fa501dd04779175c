import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type TestClient } from '../helpers/client.ts';
import { countOpenFiles, listStaging, listTree, residentBytes, type StagedFile } from '../helpers/disk.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { CODE, launch, type ServerProcess } from '../torture/server-process.ts';
import { atMost, exactly, MEGA, truth, type Row } from './row.ts';

/** What had arrived whole when its connection went is still finished, on a slow disk one fsync after the other. */
const SETTLES_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** Where a part of the load finds what it needs. */
export interface LoadSite {
  /** The project's folder. */
  readonly root: string;
  /** Under which the upload folders are made. */
  readonly parent: string;
}

/** A headless server in a process of its own, its folder, and somebody else's file beside it. */
export interface Box {
  readonly server: ServerProcess;
  readonly port: number;
  readonly host: string;
  readonly folder: string;
  readonly outside: string;
  readonly guest: TestClient;
  /** Descriptors at rest. */
  readonly atRest: number;
  /** Each line of the log, as JSON. */
  readonly lines: readonly string[];
  openFiles(): Promise<number>;
  residentBytes(): Promise<number>;
  /** Calls off what waits for its sender or could be resumed, as somebody who tidies up. @returns how many @throws Error when others never end */
  callOff(): Promise<number>;
  /**
   * Waits until all connections are gone, and judges what must be true of any server then: it is the same process, has no more
   * descriptors than at rest, nothing active, nothing in staging but what `keptUploads` says, and what lies outside is untouched.
   */
  settle(options?: { readonly keptUploads?: number; readonly spareDescriptors?: number }): Promise<readonly Row[]>;
}

/** Runs a part of the load on a server of its own, which is gone afterwards. */
export async function withBox<Result>({ root, parent }: LoadSite, args: readonly string[], run: (box: Box) => Promise<Result>): Promise<Result> {
  const home = await realpath(await mkdtemp(join(parent, 'slipway-load-')));
  const [folder, outside] = [join(home, 'uploads'), join(home, 'outside')];
  await mkdir(outside);
  await writeFile(join(outside, 'untouched.txt'), 'This file belongs to somebody else.');
  const lines: string[] = [];
  let server: ServerProcess | undefined;
  try {
    server = await launch({ root, folder, args: ['--log', 'json', '--per-address', '0', ...args], onLine: (line) => lines.push(line) });
    return await run(await openBox(server, { folder, outside, lines }));
  } finally {
    await server?.kill();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openBox(server: ServerProcess, { folder, outside, lines }: { readonly folder: string; readonly outside: string; readonly lines: readonly string[] }): Promise<Box> {
  const { host, port } = new URL(server.url);
  const guest = createClient(server.url, CODE);
  // The first request opens what stays open.
  await guest.records();
  const openFiles = (): Promise<number> => countOpenFiles(server.pid);
  const [atRest, before] = [await openFiles(), await listTree(outside)];

  const countActive = async (): Promise<number> => (await guest.records()).filter(({ state }) => state === 'waiting' || state === 'receiving' || state === 'finishing').length;
  const callOff = async (): Promise<number> => {
    // What came whole in its last moment is still finished first.
    const isAtRest = async (): Promise<boolean> => (await openFiles()) <= atRest + 2 && (await guest.records()).every(({ state }) => state !== 'receiving' && state !== 'finishing');
    let count = 0;
    // Again, until there is none: requests whose sender has gone may still be on their way to become an upload.
    for (;;) {
      await waitUntil('uploads to come to rest', isAtRest, SETTLES_WITHIN_MS);
      const left = (await guest.records()).filter(({ state }) => state === 'waiting' || state === 'interrupted');
      for (const { id } of left) await guest.remove(id);
      if (left.length === 0) return count;
      count += left.length;
    }
  };
  const settle: Box['settle'] = async ({ keptUploads = 0, spareDescriptors = 2 } = {}) => {
    const look = async (): Promise<readonly [number, number, readonly StagedFile[]]> => [await openFiles(), await countActive(), await listStaging(folder)];
    const endsAtMs = performance.now() + SETTLES_WITHIN_MS;
    let [open, active, staged] = await look();
    while (performance.now() < endsAtMs && (open > atRest + spareDescriptors || active > 0 || staged.length !== 2 * keptUploads)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      [open, active, staged] = await look();
    }
    const after = await listTree(outside);
    return [
      truth('the same process', server.isRunning(), server.isRunning() ? `still ${server.pid}` : `ended: ${server.said().slice(-300)}`, 'still runs'),
      atMost('descriptors more than at rest', open - atRest, spareDescriptors),
      exactly('uploads still active', active, 0),
      truth('files in staging', staged.length === 2 * keptUploads, describeStaged(staged), String(2 * keptUploads)),
      truth('what lies outside', JSON.stringify([...after]) === JSON.stringify([...before]), [...after.keys()].join(', '), 'untouched'),
      exactly('errors in the log', lines.filter((line) => line.includes('"level":"error"')).length, 0),
    ];
  };
  return { server, port: Number(port), host, folder, outside, guest, atRest, lines, openFiles, residentBytes: () => residentBytes(server.pid), callOff, settle };
}

/** How many there are, and of a few what they are. */
function describeStaged(staged: readonly StagedFile[]): string {
  const some = staged.slice(0, 4).map(({ name, sizeBytes }) => `${name} (${sizeBytes} bytes)`).join(', ');
  return staged.length === 0 ? '0' : `${staged.length}: ${some}${staged.length > 4 ? ', …' : ''}`;
}

/** The most that a process ever had in memory, in bytes. */
export async function peakBytes(pid: number): Promise<number> {
  return Number(/^VmHWM:\s+(?<kilobytes>\d+) kB$/mu.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.groups?.['kilobytes']) * 1024;
}

export function megabytes(bytes: number): number {
  return bytes / MEGA;
}
