import { expect, test } from 'vitest';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { CHUNK_TYPE, createTusClient, encodeMetadata } from '../../helpers/tus.ts';

// The address of a connection is how a program is known again, and a connection that is gone has none.
test('E1: what comes of a connection that is reset at once belongs to its sender, or to nobody', async () => {
  const server = await startTestServer();
  const content = Buffer.alloc(1000, 'x');
  const ids = Array.from({ length: 30 }, (_, index) => `upload-${index}`);
  for (const id of ids) {
    const connection = await openRaw(server.port);
    const head = requestHead('POST /api/tus HTTP/1.1', {
      Host: server.host, Authorization: `Bearer ${server.guest.token}`, 'Tus-Resumable': '1.0.0', 'Upload-Length': content.length,
      'Upload-Metadata': encodeMetadata({ id, filename: `${id}.bin` }), 'Content-Type': CHUNK_TYPE, 'Content-Length': content.length,
    });
    const written = connection.write(Buffer.concat([Buffer.from(head), content]));
    connection.reset();
    await written;
  }
  const tus = createTusClient(server.guest);
  const statuses = await Promise.all(ids.map(async (id) => (await tus.create({ size: content.length, id, metadata: { filename: `${id}.bin` }, body: content })).status));
  expect(statuses).toEqual(ids.map(() => 201));
});
