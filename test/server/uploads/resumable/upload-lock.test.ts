import { readdir, readFile, rename, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PROCESS_TAG } from '../../../../server/uploads/folder/process-tag.ts';
import { lockUpload, underLock } from '../../../../server/uploads/resumable/upload-lock.ts';
import { startProcess } from '../../../helpers/child-process.ts';
import { makeTempFolder } from '../../../helpers/temp-folder.ts';
import { waitUntil } from '../../../helpers/wait-until.ts';

async function makeLockPath(): Promise<{ readonly folder: string; readonly path: string }> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  return { folder: temp.path, path: join(temp.path, 'some.lock') };
}

const [host = ''] = PROCESS_TAG.split('.');

/** Tag of a process that has just ended on this computer. */
async function deadTag(): Promise<string> {
  const child = startProcess(process.execPath, ['-e', '']);
  await child.ended;
  return `${host}.${child.pid}.0123abcd`;
}

async function age(path: string, ageMs: number): Promise<void> {
  const then = new Date(Date.now() - ageMs);
  await utimes(path, then, then);
}

describe('the lock of an upload', () => {
  test('comes and goes without a trace', async () => {
    const { folder, path } = await makeLockPath();
    const lock = await lockUpload(path);
    expect(await readdir(folder)).toEqual(['some.lock']);
    expect(lock.wanted.aborted).toBe(false);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('its holder is asked to let go, and only then the next one has it', async () => {
    const { folder, path } = await makeLockPath();
    const first = await lockUpload(path);
    const order: string[] = [];
    const second = lockUpload(path).then((lock) => {
      order.push('second');
      return lock;
    });
    await waitUntil('the holder to be asked', () => first.wanted.aborted, 3000);
    expect(first.wanted.reason).toMatchObject({ code: 'UPLOAD_LOCKED' });
    order.push('first lets go');
    await first.release();
    const lock = await second;
    expect(order).toEqual(['first lets go', 'second']);
    expect(lock.wanted.aborted).toBe(false);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('H6, H11: of a process that is gone is taken over at once', async () => {
    const { path } = await makeLockPath();
    await writeFile(path, `${await deadTag()} of some request`);
    const startedMs = performance.now();
    const lock = await lockUpload(path);
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(await readFile(path, 'utf8')).toContain(PROCESS_TAG);
    await lock.release();
  });

  test('is free again when its folder was away while it was let go, and came back with it', async () => {
    const { folder, path } = await makeLockPath();
    const first = await lockUpload(path);
    await rename(folder, `${folder}-away`);
    await waitUntil('the holder to notice', () => first.wanted.aborted, 3000);
    await first.release();
    await rename(`${folder}-away`, folder);
    expect(await readdir(folder)).toEqual(['some.lock']);
    const startedMs = performance.now();
    const lock = await lockUpload(path);
    expect(performance.now() - startedMs).toBeLessThan(2000);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('that somebody removes who took it for the stale one before, is not taken for held', async () => {
    const { path } = await makeLockPath();
    await writeFile(path, await deadTag());
    // Time stands still while the lock changes hands under the one who has just taken it.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const taken = lockUpload(path);
    while (!(await readFile(path, 'utf8').catch(() => '')).startsWith(PROCESS_TAG)) {
      vi.advanceTimersByTime(100);
      await new Promise(setImmediate);
    }
    const other = `${host}.1.fedcba98 of another request`;
    await writeFile(path, other);
    let isTaken = false;
    const lock = taken.then((held) => {
      isTaken = true;
      return held;
    });
    const clock = setInterval(() => vi.advanceTimersByTime(100), 1);
    onTestFinished(() => clearInterval(clock));
    await waitUntil('the other to be asked', () => readFile(`${path}.wanted`).then(() => true, () => false));
    expect(isTaken).toBe(false);
    await unlink(path);
    await (await lock).release();
  });

  test.each([['a process elsewhere', 'ffffffff.1.0123abcd'], ['nobody that can be read', '']])('of %s is taken over when it is old, not before', async (_who, tag) => {
    const { path } = await makeLockPath();
    await writeFile(path, tag);
    const taken = lockUpload(path);
    await waitUntil('it to be wanted', () => readFile(`${path}.wanted`).then(() => true, () => false));
    expect(await readFile(path, 'utf8')).toBe(tag);
    await age(path, 11_000);
    const lock = await taken;
    await lock.release();
  });

  test('held here stays held, however old it looks: a computer may sleep', async () => {
    const { path } = await makeLockPath();
    const first = await lockUpload(path);
    await age(path, 3_600_000);
    let isTaken = false;
    const second = lockUpload(path).then((lock) => {
      isTaken = true;
      return lock;
    });
    await waitUntil('the holder to be asked', () => first.wanted.aborted, 3000);
    expect(isTaken).toBe(false);
    await first.release();
    await (await second).release();
  });

  test('that was lost to another is let go, and left to the other', async () => {
    const { path } = await makeLockPath();
    const lock = await lockUpload(path);
    const other = `${PROCESS_TAG} of another request`;
    await writeFile(path, other);
    await waitUntil('the former holder to notice', () => lock.wanted.aborted, 3000);
    await lock.release();
    expect(await readFile(path, 'utf8')).toBe(other);
  });

  test('never has two holders, also when many find the same stale one', async () => {
    const tag = await deadTag();
    for (let round = 0; round < 2; round += 1) {
      const { folder, path } = await makeLockPath();
      await writeFile(path, tag);
      await writeFile(`${path}.clearing`, tag);
      let holders = 0;
      let most = 0;
      await Promise.all(Array.from({ length: 8 }, () =>
        underLock(path, async () => {
          holders += 1;
          most = Math.max(most, holders);
          await readdir(folder);
          holders -= 1;
        })));
      expect(most).toBe(1);
      expect((await readdir(folder)).filter((name) => name === 'some.lock')).toEqual([]);
    }
  });

  test('is let go when the job fails, and is refused when it is not let go (5 s)', async () => {
    const { path } = await makeLockPath();
    await expect(underLock(path, () => Promise.reject(new Error('The job failed.')))).rejects.toMatchObject({ code: 'INTERNAL' });
    const lock = await lockUpload(path);
    await expect(lockUpload(path)).rejects.toMatchObject({ code: 'UPLOAD_LOCKED' });
    await lock.release();
  });
});
