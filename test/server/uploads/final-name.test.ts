import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { moveToFreeName, pickFreeName, takeBack } from '../../../server/uploads/naming/final-name.ts';
import { listTree } from '../../helpers/disk.ts';
import { sha256 } from '../../helpers/sample-bytes.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';

async function stage(content: string): Promise<{ readonly staged: string; readonly folder: string }> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const folder = join(temp.path, 'uploads');
  await mkdir(folder);
  const staged = join(temp.path, 'staged.part');
  await writeFile(staged, content);
  return { staged, folder };
}

/** As the folder does it. @returns the name it got */
function move(staged: string, folder: string, wanted: string, names: Set<string>, next: (name: string) => void = () => undefined): Promise<string> {
  const told = async (name: string): Promise<void> => { next(name); };
  return moveToFreeName(staged, folder, { first: pickFreeName(wanted, names), wanted, names, next: told });
}

describe('moveToFreeName', () => {
  test('replaces nothing, also when its listing does not know of it', async () => {
    const { staged, folder } = await stage('new');
    await writeFile(join(folder, 'a.txt'), 'of somebody else');
    await mkdir(join(folder, 'a (1).txt'));
    await symlink('nowhere', join(folder, 'a (2).txt'));
    const tried: string[] = [];
    expect(await move(staged, folder, 'a.txt', new Set(), (name) => tried.push(name))).toBe('a (3).txt');
    // Each is noted before it is tried.
    expect(tried).toEqual(['a (1).txt', 'a (2).txt', 'a (3).txt']);
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('of somebody else');
    expect((await listTree(folder)).get('a (3).txt')).toBe(sha256('new'));
  });

  test('leaves the file in staging when it cannot be moved', async () => {
    const { staged, folder } = await stage('new');
    await expect(move(staged, join(folder, 'missing'), 'a.txt', new Set())).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readFile(staged, 'utf8')).toBe('new');
  });

  test('gives files that look for the same name side by side one each', async () => {
    const { staged, folder } = await stage('one');
    const names = new Set<string>();
    const others = await Promise.all(['two', 'three'].map(async (content) => {
      const path = `${staged}-${content}`;
      await writeFile(path, content);
      return path;
    }));
    const found = await Promise.all([staged, ...others].map((path, index) => move(path, folder, index === 1 ? 'A.txt' : 'a.txt', names)));
    expect(found).toEqual(['a.txt', 'A (1).txt', 'a (2).txt']);
    expect(await Promise.all(found.map((name) => readFile(join(folder, name), 'utf8')))).toEqual(['one', 'two', 'three']);
  });

  test('keeps no name for a file that could not be moved', async () => {
    const { staged, folder } = await stage('new');
    const names = new Set<string>();
    await expect(move(`${staged}-missing`, folder, 'a.txt', names)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await move(staged, folder, 'a.txt', names)).toBe('a.txt');
  });
});

describe('takeBack', () => {
  test('moves back what is ours, and leaves alone what somebody else put in its place', async () => {
    const { staged, folder } = await stage('ours');
    const final = join(folder, await move(staged, folder, 'a.txt', new Set()));
    const inode = String((await lstat(final, { bigint: true })).ino);
    expect(await takeBack({ final, staged, inode: `${inode}0` })).toBe(false);
    expect(await readFile(final, 'utf8')).toBe('ours');
    expect(await takeBack({ final, staged, inode })).toBe(true);
    expect([await readFile(staged, 'utf8'), (await listTree(folder)).size]).toEqual(['ours', 0]);
    // Gone by now.
    expect(await takeBack({ final, staged, inode })).toBe(false);
  });
});
