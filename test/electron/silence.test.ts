import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendGroup } from '../../electron/main/sending/send-group.ts';
import { sendResumable } from '../../electron/main/sending/send-resumable.ts';
import { listTree } from '../helpers/disk.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startSendingSide, type SendingSide } from '../helpers/sending-side.ts';
import { startSilentProxy, type SilentProxy } from '../helpers/silent-proxy.ts';

let side: SendingSide<SilentProxy>;

beforeEach(async () => {
  side = await startSendingSide((target) => startSilentProxy(target, 1_000_000), { stallTimeoutMs: 500 }, { silenceMs: 1000 });
});
afterEach(() => side.stop());

test('a large file goes on over another connection when one is silent', async () => {
  const content = sampleBytes(30_000_000);
  expect(await sendResumable(side.target, await side.write('film.mov', content), { signal: AbortSignal.timeout(25_000) })).toBe('stored');
  expect(side.wire.silenced()).toBe(1);
  expect(Object.fromEntries(await listTree(side.uploads))).toEqual({ 'film.mov': sha256(content) });
});

test('so do small ones', async () => {
  const contents = [1, 2, 3, 4].map((seed) => [`${seed}.jpg`, sampleBytes(500_000, seed)] as const);
  const files = await Promise.all(contents.map(([name, content]) => side.write(name, content)));
  const ends = await sendGroup(side.target, files, { signal: AbortSignal.timeout(25_000) });
  expect([...ends.values()]).toEqual(['stored', 'stored', 'stored', 'stored']);
  expect(side.wire.silenced()).toBe(1);
  expect(Object.fromEntries(await listTree(side.uploads))).toEqual(Object.fromEntries(contents.map(([name, content]) => [name, sha256(content)])));
});
