import { readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openUploadFolder } from '../../../../server/uploads/folder/upload-folder.ts';
import { STAGING_NAME } from '../../../helpers/disk.ts';
import { makeUploadFolder } from '../../../helpers/upload-folder.ts';

const KEEP_MS = 3_600_000;

test('what cannot be looked at is not taken for old, and does not keep the rest from being cleared', async () => {
  const path = await makeUploadFolder();
  const staging = join(path, STAGING_NAME);
  const { resumables } = await openUploadFolder(path);
  const [beside, alone, old] = ['0', '1', '2'].map((digit) => digit.repeat(32));
  const then = new Date(Date.now() - KEEP_MS - 1000);
  for (const name of [`${beside}.json`, `${old}.part`, `${old}.json`]) {
    await writeFile(join(staging, name), '{}');
    await utimes(join(staging, name), then, then);
  }
  // Bytes of which the disk says nothing, though they are there: a link to itself leads nowhere (ELOOP).
  for (const key of [beside, alone]) await symlink(`${key}.part`, join(staging, `${key}.part`));
  await resumables.sweep(KEEP_MS);
  const left = (await readdir(staging)).filter((name) => /^[0-9a-f]{32}\./u.test(name));
  expect(left.toSorted()).toEqual([`${beside}.json`, `${beside}.part`, `${alone}.part`]);
});
