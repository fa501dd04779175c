import { describe, expect, onTestFinished, test } from 'vitest';
import { openProgressCache, type ProgressCache } from '../../server/uploads/progress/progress-cache.ts';
import type { ProgressEntry } from '../../server/uploads/progress/progress-entry.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';

/** 250 ms, and some for what goes before. A timer that begins at the same time is as late as the machine is busy. */
export const LONGEST_MS = 400;

export interface StoreUnderTest {
  readonly url: string;
}

/** What every store of the progress cache must do, whichever it is. */
export function describeProgressCache(name: string, isLeftOut: boolean, start: () => Promise<StoreUnderTest>): void {
  describe.skipIf(isLeftOut)(`progress cache in ${name}`, () => {
    test('gives back what was put', async () => {
      const cache = await openCache((await start()).url);
      for (const entry of [batchEntry(17), uploadEntry(18)]) {
        cache.put('key', entry);
        expect(await getSoon(cache, 'key', entry)).toEqual(entry);
      }
      expect(cache.health()).toBe('ok');
    });

    test('knows nothing of keys that were never put', async () => {
      const cache = await openCache((await start()).url);
      expect(await cache.get('never put')).toBeUndefined();
      expect(await cache.get('__proto__')).toBeUndefined();
    });

    test.each([
      ['a space', 'with space'], ['line ends', 'with\r\nset x 0 0 1\r\nline'], ['5,000 characters', 'k'.repeat(5000)], ['other scripts', 'ключ 🔑'],
      ['a prototype', '__proto__'], ['a constructor', 'constructor'], ['a pattern', '*'], ['nothing', ''],
    ])('takes a key of %s', async (_what, key) => {
      const cache = await openCache((await start()).url);
      cache.put(key, batchEntry(5));
      expect(await getSoon(cache, key, batchEntry(5))).toEqual(batchEntry(5));
      expect(await cache.get(`${key}.`)).toBeUndefined();
    });

    test('ends with the last of many quick entries', async () => {
      const cache = await openCache((await start()).url);
      for (let uploaded = 0; uploaded <= 500; uploaded += 1) {
        cache.put('quick', batchEntry(uploaded));
        cache.put(`other ${uploaded}`, batchEntry(uploaded));
      }
      await getSoon(cache, 'other 500', batchEntry(500));
      expect(await getSoon(cache, 'quick', batchEntry(500))).toEqual(batchEntry(500));
    });

    test('answers within 250 ms, also after it was stopped', async () => {
      const cache = await openCache((await start()).url);
      cache.put('key', batchEntry(1));
      await cache.stop();
      await within(LONGEST_MS, 'an answer', cache.get('key'));
    });
  });
}

/** Opens a cache for one test. */
export async function openCache(url: string, onEvent: (event: string) => void = () => undefined): Promise<ProgressCache> {
  const cache = await openProgressCache(url, (_level, event) => onEvent(event));
  onTestFinished(() => cache.stop());
  return cache;
}

export function batchEntry(uploaded: number): ProgressEntry {
  return { kind: 'batch', senderId: 'somebody', uploaded, totalsize: 1000, state: 'receiving' };
}

export function uploadEntry(received: number): ProgressEntry {
  return {
    kind: 'upload',
    record: {
      id: 'an-id', batch: 'a-batch', name: 'ä 日本.txt', path: 'Folder/ä 日本.txt', size: null, received, state: 'receiving',
      sender: { id: 'somebody', name: 'Phone', kind: 'page' }, createdAtMs: 1, changedAtMs: 2,
    },
  };
}

/** Writes are not waited for, so the entry may take a moment to be there. */
export async function getSoon(cache: ProgressCache, key: string, expected: ProgressEntry, deadlineMs?: number): Promise<ProgressEntry> {
  return waitUntil(`${key} in the cache`, async () => {
    const found = await cache.get(key);
    return found !== undefined && JSON.stringify(found) === JSON.stringify(expected) && found;
  }, deadlineMs);
}
