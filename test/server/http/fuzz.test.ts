import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { TEST_CODE } from '../../helpers/launch-server.ts';
import { announced, buildAnnouncedForm, buildForm, field, file, type Form } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const BODIES: readonly Form[] = [
  buildForm([file('a.txt', 'hello')], 'boundary'),
  buildForm([field('note', 'x'), file('ä.txt', 'x'.repeat(3000)), file('b', '')], 'b'),
  buildAnnouncedForm([announced('one.bin', 'x'.repeat(500)), announced('two.bin', 'y', { folder: 'f/g' })]),
  buildForm([file('../../x', 'x'), file('con.txt', 'x')], '----WebKitFormBoundaryABC'),
];

test('A24: no change of bytes in a form gets more than a 4xx out of the server, or leaves anything in staging', async () => {
  const server = await startTestServer();
  const mutation = fc.record({
    form: fc.constantFrom(...BODIES),
    changes: fc.array(fc.record({ at: fc.nat(), byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 10, 13, 34, 45, 58, 59)) }), { minLength: 1, maxLength: 12 }),
    cut: fc.option(fc.nat(), { freq: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(mutation, async ({ form, changes, cut }) => {
      let body = Buffer.from(form.body);
      for (const { at, byte } of changes) body[at % body.length] = byte;
      if (cut !== null) body = body.subarray(0, cut % body.length);
      const connection = await openRaw(server.port);
      await connection.write(Buffer.concat([
        Buffer.from(requestHead('POST /api/uploads HTTP/1.1', {
          Host: server.host, Authorization: `Bearer ${TEST_CODE}`, Connection: 'close', 'Content-Type': form.contentType, 'Content-Length': body.length,
        })),
        body,
      ]));
      const { status } = await connection.answer;
      connection.socket.destroy();
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 1500 },
  );
  await waitUntil('all to end', () => server.running.activeUploads() === 0);
  expect(await listStaging(server.folder)).toEqual([]);
  expect(Object.keys(Object.fromEntries(await listTree(server.canary)))).toEqual(['untouched.txt']);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
}, 60_000);
