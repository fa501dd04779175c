import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { startTestServer } from '../../helpers/start-server.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

test('whoever asks for the page again and again, under ever new names, is told of five times a second at most', async () => {
  const names: string[] = [];
  const server = await startTestServer({ pageFolder: await makeUploadFolder(), onVisitor: ({ name }) => names.push(name) });
  const visit = async (program: string): Promise<void> => void (await server.stranger.request('GET', '/', { headers: { 'user-agent': `${program}/1.0` } }));
  for (const program of ['curl', 'curl', 'wget', 'curl']) await visit(program);
  expect(names).toEqual(['curl', 'wget']);
  for (let turn = 0; turn < 20; turn += 1) await visit(`flood-${turn}`);
  expect(names).toEqual(['curl', 'wget', 'flood-0', 'flood-1', 'flood-2']);
  vi.setSystemTime(Date.now() + 1001);
  await visit('curl');
  expect(names.slice(5)).toEqual(['curl']);
  // A clock that is set back is no silence.
  vi.setSystemTime(Date.now() - 3_600_000);
  await visit('wget');
  expect(names.slice(6)).toEqual(['wget']);
});
