import { expect, test } from 'vitest';
import { listStaging } from '../../helpers/disk.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient } from '../../helpers/tus.ts';

test('an upload that is cancelled while it is being made stays cancelled, and nothing of it is left', async () => {
  const server = await startTestServer();
  const tus = createTusClient(server.guest);
  const ids = Array.from({ length: 60 }, (_, index) => `race-${index}`);
  await server.guest.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ files: ids.map((id) => ({ id, name: `${id}.bin`, size: 1000 })) }) });
  const deleted = await Promise.all(ids.map(async (id) => {
    const [, answer] = await Promise.all([tus.create({ id, size: 1000, metadata: { filename: `${id}.bin` } }), server.guest.remove(id)]);
    return answer.status;
  }));
  expect(new Set(deleted)).toEqual(new Set([204]));
  expect((await server.guest.records()).filter(({ state }) => state !== 'cancelled')).toEqual([]);
  expect(await listStaging(server.folder)).toEqual([]);
});
