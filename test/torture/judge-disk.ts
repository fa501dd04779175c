import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listStaging, listTree, STAGING_NAME } from '../helpers/disk.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import type { SentFile } from './plan-jobs.ts';

/** Somebody else's, in staging and in the upload folder. */
export const FOREIGN_NAME = 'notes.txt';

type Tree = ReadonlyMap<string, string>;

/** Whole files only, each exactly as often as it was sent, and all of those that the server said are there. */
export async function judgeFiles(folder: string, before: Tree, files: readonly SentFile[]): Promise<readonly string[]> {
  const tree = await listTree(folder);
  const losses: string[] = [];
  for (const [path, hash] of before) if (tree.get(path) !== hash) losses.push(`${path} was there before, and is not what it was`);
  const found = new Map<string, string[]>();
  for (const [path, hash] of tree) if (!before.has(path) && hash !== 'folder') found.set(hash, [...(found.get(hash) ?? []), path]);
  const sent = new Map<string, SentFile[]>();
  for (const file of files) sent.set(file.hash, [...(sent.get(file.hash) ?? []), file]);
  for (const [hash, paths] of found) if (!sent.has(hash)) losses.push(`${paths.join(', ')}: no file that was sent has these bytes`);
  for (const [hash, alike] of sent) losses.push(...judgeCopies(alike, found.get(hash) ?? []));
  for (const { path, hash, id } of files) if (path !== undefined && tree.get(path) !== hash) losses.push(`${id} is said to be at ${path}, and is not`);
  return losses;
}

function judgeCopies(alike: readonly SentFile[], paths: readonly string[]): readonly string[] {
  const least = alike.filter(({ outcome }) => outcome === 'stored').length;
  const most = alike.reduce((sum, file) => sum + mostCopies(file), 0);
  const names = alike.map(({ id }) => id).join(', ');
  if (paths.length < least) return [`${names}: acknowledged as stored, and not there`];
  return paths.length > most ? [`${names}: ${paths.length} copies, at ${paths.join(', ')}; ${most} at most`] : [];
}

function mostCopies({ attempts, isDigestWrong, outcome, isNamed, isCancelling }: SentFile): number {
  if (isDigestWrong || outcome === 'refused') return 0;
  // Called off after it was stored, it is dropped from the list, and a file of its own when it is sent again.
  return isNamed && !isCancelling ? Math.min(1, attempts) : attempts;
}

/** Nothing in staging that belongs to nobody, once all is sent. */
export async function judgeStaging(folder: string): Promise<readonly string[]> {
  let names: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    names = (await listStaging(folder)).map(({ name }) => name).filter((name) => name !== FOREIGN_NAME);
    return names.length === 0;
  };
  // What is left then is named.
  await waitUntil('staging to be empty', look, 3000).catch(() => undefined);
  if (names.length === 0) return [];
  const inside = await Promise.all(names.map(async (name) => [name, ...(await readdir(join(folder, STAGING_NAME, name)).catch(() => [])).map((inner) => `${name}/${inner}`)]));
  return [`left in staging: ${inside.flat().join(', ')}`];
}
