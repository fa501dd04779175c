import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeTempFolder } from './temp-folder.ts';

/** An empty upload folder of one test. */
export async function makeUploadFolder(): Promise<string> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const folder = join(temp.path, 'uploads');
  await mkdir(folder);
  return folder;
}
