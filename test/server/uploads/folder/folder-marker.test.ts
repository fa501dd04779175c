import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { markFolder } from '../../../../server/uploads/folder/folder-marker.ts';
import { openUploadFolder } from '../../../../server/uploads/folder/upload-folder.ts';
import { listStaging, listTree, STAGING_NAME } from '../../../helpers/disk.ts';
import { makeUploadFolder } from '../../../helpers/upload-folder.ts';

// Real folders, and a clock that stands still: what was seen is as young as a test wants it.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Puts another upload folder in the place of one. */
async function swap(path: string): Promise<void> {
  await rename(path, `${path}-away`);
  await mkdir(path);
  await openUploadFolder(path);
}

test('a folder that was there is believed to be for a tenth of a second, one that is away is looked for each time', async () => {
  const path = await makeUploadFolder();
  await openUploadFolder(path);
  const marker = await markFolder(path, join(path, STAGING_NAME));
  const look = async (): Promise<readonly boolean[]> => [await marker.wasThere(), await marker.isThere(), await marker.wasThere()];
  expect(await look()).toEqual([true, true, true]);
  await swap(path);
  expect(await look()).toEqual([true, false, false]);
  await rename(path, `${path}-other`);
  await rename(`${path}-away`, path);
  expect(await look()).toEqual([true, true, true]);
  await rename(path, `${path}-away`);
  vi.advanceTimersByTime(100);
  expect(await look()).toEqual([false, false, false]);
});

test('F8: a folder that was swapped since somebody looked gets no name, and what was staged in it is cleared', async () => {
  const path = await makeUploadFolder();
  const folder = await openUploadFolder(path);
  await (await folder.stage()).discard();
  await swap(path);
  const staged = await folder.stage();
  await staged.append([Buffer.from('photo')]);
  await staged.seal(0o644);
  const noRecord = (): never => {
    throw new Error('It has no name that a record could tell.');
  };
  await expect(folder.publish({ staged: staged.path, folders: [], name: 'photo.jpg', toRecord: noRecord, rule: { policy: 'keep-both', batch: 'batch' }, canGoOn: false, isForeign: false })).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  await staged.discard();
  for (const each of [path, `${path}-away`]) expect([await listTree(each), await listStaging(each)]).toEqual([new Map(), []]);
});
