import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listTree, STAGING_NAME } from '../helpers/disk.ts';
import { FOREIGN_NAME, judgeFiles, judgeStaging } from './judge-disk.ts';
import type { SentFile } from './plan-jobs.ts';

/** An upload folder with somebody else's files in it and beside it. */
export interface Arena {
  /** The upload folder. */
  readonly folder: string;
  /** What is wrong with the files now; of uploads that are still open, nothing is expected. */
  judgeNow(files: readonly SentFile[]): Promise<readonly string[]>;
  /** What is wrong when all has come to its end. */
  judgeEnd(files: readonly SentFile[]): Promise<readonly string[]>;
  /** The owner takes away what arrived. */
  clear(): Promise<void>;
  remove(): Promise<void>;
}

/** @param parent where it is made; another disk, perhaps */
export async function createArena(parent = tmpdir()): Promise<Arena> {
  const root = await mkdtemp(join(parent, 'slipway-torture-'));
  const [folder, canary] = [join(root, 'uploads'), join(root, 'canary')];
  await mkdir(join(folder, STAGING_NAME), { recursive: true });
  await mkdir(canary);
  await chmod(join(folder, STAGING_NAME), 0o700);
  const foreign = [join(folder, FOREIGN_NAME), join(folder, 'photo.jpg'), join(folder, STAGING_NAME, FOREIGN_NAME), join(canary, 'untouched.txt')];
  await Promise.all(foreign.map((path) => writeFile(path, `${path} belongs to somebody else`)));
  const before = await listTree(folder);
  const [staging, outside] = [await listForeign(folder), await listTree(canary)];

  const judgeForeign = async (): Promise<readonly string[]> => [
    ...((await listForeign(folder)) === staging ? [] : ['a foreign file in staging is not what it was']),
    ...(isSame(await listTree(canary), outside) ? [] : ['a file outside the upload folder is not what it was']),
  ];
  return {
    folder,
    judgeNow: async (files) => [...(await judgeFiles(folder, before, files)), ...(await judgeForeign())],
    judgeEnd: async (files) => [...(await judgeStaging(folder)), ...(await judgeFiles(folder, before, files)), ...(await judgeForeign())],
    async clear() {
      for (const path of (await listTree(folder)).keys()) if (!before.has(path)) await rm(join(folder, path), { recursive: true, force: true });
    },
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

async function listForeign(folder: string): Promise<string | undefined> {
  return (await listTree(join(folder, STAGING_NAME))).get(FOREIGN_NAME);
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other]);
}
