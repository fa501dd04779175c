import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestClient } from './client.ts';
import { countOpenFiles, listStaging, listTree, modeOf, STAGING_NAME } from './disk.ts';
import { isObject } from './http-answer.ts';
import { sha256 } from './sample-bytes.ts';
import { stagedPath } from './tus.ts';
import { waitUntil } from './wait-until.ts';

/** A server in this process (from startTestServer), or one in a process of its own (from startCli). */
export type WatchedServer =
  | { readonly folder: string; readonly canary: string; readonly running: { activeUploads(): number } }
  | { readonly folder: string; readonly pid: number; readonly guest: TestClient };

/** Bytes that a file must have, or their SHA-256 where they are too many to keep. */
export type Content = Buffer | string | { readonly sha256: string };

/**
 * The state of the disk before a request, and what must be true of it within two seconds afterwards. Each of the three also expects
 * the canary tree outside untouched, and descriptors and active uploads back where they were. Works in vitest and in Playwright.
 */
export interface DiskWatch {
  /** CLEAN: the upload folder is byte for byte as it was, and nothing is new in staging. */
  expectClean(): Promise<void>;
  /**
   * DONE: exactly these files are new, with exactly these bytes and the mode that any new file has; nothing is new in staging.
   * @param files by path relative to the upload folder
   */
  expectDone(files: Readonly<Record<string, Content>>): Promise<void>;
  /**
   * KEEP(n): the upload folder is as it was, and staging holds of each of these resumable uploads a whole description and exactly the
   * bytes that have come, readable by nobody else, and nothing else that is new.
   * @param uploads id → how many bytes, or the bytes themselves
   */
  expectKept(uploads: Readonly<Record<string, number | Buffer>>): Promise<void>;
}

/** Whatever a server may let go of a moment after its answer; empty when all is as it was. */
type Leftovers = Readonly<Record<string, unknown>>;

/** How long a server may take to let go of a dead connection; nobody is told when it has. */
const SETTLES_WITHIN_MS = 2000;

/** Looks at the disk. Call it before what is to be witnessed; what was unfinished then may stay or go. */
export async function watchDisk(server: WatchedServer): Promise<DiskWatch> {
  const pid = 'pid' in server ? server.pid : 'self';
  const canaryNow = async (): Promise<ReadonlyMap<string, string>> => ('canary' in server ? listTree(server.canary) : new Map());
  const before = {
    tree: await listTree(server.folder),
    canary: await canaryNow(),
    staging: new Set((await listStaging(server.folder)).map(({ name }) => name)),
    open: await countOpenFiles(pid),
    active: await countActive(server),
  };

  const settle = async (keptNames: ReadonlySet<string>, keptCount: number): Promise<void> => {
    let left: Leftovers = {};
    const look = async (): Promise<boolean> => {
      const staging = (await listStaging(server.folder)).filter(({ name }) => !before.staging.has(name) && !keptNames.has(name));
      const active = Math.max(0, (await countActive(server)) - before.active - keptCount);
      const open = Math.max(0, (await countOpenFiles(pid)) - before.open);
      left = { ...(staging.length > 0 ? { staging } : {}), ...(active > 0 ? { active } : {}), ...(open > 0 ? { open } : {}) };
      return Object.keys(left).length === 0;
    };
    await waitUntil('the disk to settle', look, SETTLES_WITHIN_MS).catch(() => undefined);
    assert.deepEqual(left, {}, 'something is left in staging, active or open');
  };

  const expectTree = async (added: Readonly<Record<string, Content>>): Promise<void> => {
    const expected = new Map([...before.tree, ...Object.entries(added).map(([path, content]) => [path, hashOf(content)] as const)]);
    assert.deepEqual(sorted(await listTree(server.folder)), sorted(expected), 'the upload folder');
    assert.deepEqual(sorted(await canaryNow()), sorted(before.canary), 'what lies outside');
    for (const path of Object.keys(added)) assert.equal(await modeOf(join(server.folder, path)), 0o666 & ~process.umask(), `mode of ${path}`);
  };

  return {
    async expectClean() {
      await settle(new Set(), 0);
      await expectTree({});
    },
    async expectDone(files) {
      await settle(new Set(), 0);
      await expectTree(files);
    },
    async expectKept(uploads) {
      const halves = Object.keys(uploads).flatMap((id) => (['part', 'json'] as const).map((ending) => stagedPath(server.folder, id, ending)));
      await settle(new Set(halves.map((path) => path.slice(join(server.folder, STAGING_NAME).length + 1))), Object.keys(uploads).length);
      for (const [id, kept] of Object.entries(uploads)) await expectPair(server.folder, id, kept);
      await expectTree({});
    },
  };
}

async function expectPair(folder: string, id: string, kept: number | Buffer): Promise<void> {
  const [part, json] = [stagedPath(folder, id, 'part'), stagedPath(folder, id, 'json')];
  const bytes = await readFile(part);
  assert.equal(bytes.length, typeof kept === 'number' ? kept : kept.length, `bytes kept of ${id}`);
  if (typeof kept !== 'number') assert.equal(sha256(bytes), sha256(kept), `what is kept of ${id}`);
  const told: unknown = JSON.parse(await readFile(json, 'utf8'));
  assert.equal(isObject(told) && told['id'], id, 'the description');
  for (const path of [part, json]) assert.equal(await modeOf(path), 0o600, `mode of ${path}`);
}

/** Uploads that wait for their next bytes, receive them or are finishing. */
async function countActive(server: WatchedServer): Promise<number> {
  if ('running' in server) return server.running.activeUploads();
  const records = await server.guest.records();
  return records.filter(({ state }) => state === 'waiting' || state === 'receiving' || state === 'finishing').length;
}

function hashOf(content: Content): string {
  return typeof content === 'string' || Buffer.isBuffer(content) ? sha256(content) : content.sha256;
}

function sorted(tree: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...tree].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
