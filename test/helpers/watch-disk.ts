import { expect } from 'vitest';
import { countOpenFiles, listStaging, listTree } from './disk.ts';
import type { TestServer } from './launch-server.ts';
import { sha256 } from './sample-bytes.ts';
import { waitUntil } from './wait-until.ts';

/** The state of the disk before a request, and what must be true of it afterwards. */
export interface DiskWatch {
  /** CLEAN: nothing new in the upload folder or in staging, nothing outside touched, nothing left open. */
  expectClean(): Promise<void>;
  /** DONE: exactly these files are new, with exactly these bytes, and staging holds nothing of them. */
  expectDone(files: Readonly<Record<string, Buffer | string>>): Promise<void>;
}

export async function watchDisk(server: Pick<TestServer, 'folder' | 'canary' | 'running'>): Promise<DiskWatch> {
  const before = { tree: await listTree(server.folder), canary: await listTree(server.canary), staging: await stagingNames(server.folder) };
  const openBefore = await countOpenFiles();
  const expectTree = async (expected: ReadonlyMap<string, string>): Promise<void> => {
    await settle(server, before.staging, openBefore);
    expect(Object.fromEntries(await listTree(server.folder))).toEqual(Object.fromEntries(expected));
    expect(Object.fromEntries(await listTree(server.canary))).toEqual(Object.fromEntries(before.canary));
  };
  return {
    expectClean: () => expectTree(before.tree),
    expectDone: (files) => expectTree(new Map([...before.tree, ...Object.entries(files).map(([path, content]) => [path, sha256(content)] as const)])),
  };
}

/** Nobody is told when the server has let go of a dead connection, hence the two seconds that cases.md gives it. */
async function settle(server: Pick<TestServer, 'folder' | 'running'>, stagingBefore: readonly string[], openBefore: number): Promise<void> {
  const look = async (): Promise<Readonly<Record<string, unknown>>> => ({
    active: server.running.activeUploads(),
    staging: (await stagingNames(server.folder)).filter((name) => !stagingBefore.includes(name)),
    leftOpen: Math.max(0, (await countOpenFiles()) - openBefore),
  });
  let last: Readonly<Record<string, unknown>> = {};
  const settled = { active: 0, staging: [], leftOpen: 0 };
  await waitUntil('the disk to settle', async () => JSON.stringify((last = await look())) === JSON.stringify(settled), 2000).catch(() => undefined);
  expect(last).toEqual(settled);
}

async function stagingNames(folder: string): Promise<readonly string[]> {
  return (await listStaging(folder)).map((each) => each.name);
}
