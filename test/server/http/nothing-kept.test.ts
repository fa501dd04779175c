import { IncomingMessage } from 'node:http';
import { queryObjects } from 'node:v8';
import { test } from 'vitest';
import type { TestServer } from '../../helpers/launch-server.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, openPatch, startUpload } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const CONTENT = sampleBytes(20_000);
const UPLOADS = 6;

const ROADS: Readonly<Record<string, (server: TestServer) => Promise<unknown>>> = {
  'a form': ({ guest }) => guest.post('/api/uploads', buildForm([file('a.bin', CONTENT)])),
  'a form with a manifest': ({ guest }) => guest.send(buildAnnouncedForm([announced('a.bin', CONTENT), announced('b.bin', 'b')])),
  'a form that is refused': ({ guest }) => guest.request('POST', '/api/uploads', { headers: { 'content-type': 'multipart/form-data; boundary=b', 'x-progress-id': 'two words' }, body: CONTENT }),
  'a form that is cut': async (server) => {
    const upload = await openSlowUpload(server, { content: CONTENT });
    await upload.sendTo(10_000);
    upload.connection.reset();
  },
  tus: async ({ guest }) => {
    const id = await startUpload(guest, CONTENT, 1000);
    await createTusClient(guest).patch(id, 1000, CONTENT.subarray(1000));
  },
  'tus that is cut': async (server) => {
    const id = await startUpload(server.guest, CONTENT, 1000);
    const patch = await openPatch(server, id, 1000, CONTENT.length);
    await patch.write(CONTENT.subarray(1000, 10_000));
    patch.reset();
    await createTusClient(server.guest).terminate(id);
  },
};

/** How many there are, after the garbage has been collected. */
function countKept(): number {
  return queryObjects(AbortSignal, { format: 'count' }) + queryObjects(IncomingMessage, { format: 'count' });
}

test('I9: of uploads that have come to their end, by whatever road, no request and no signal is kept', async () => {
  const server = await startTestServer();
  const sendAll = async (times: number): Promise<void> => {
    for (const send of Object.values(ROADS)) for (let turn = 0; turn < times; turn += 1) await send(server);
  };
  await sendAll(1);
  const before = countKept();
  await sendAll(UPLOADS);
  // Those of a single road would be more than that.
  await waitUntil('what was kept for them to be gone', () => countKept() < before + UPLOADS / 2);
});
