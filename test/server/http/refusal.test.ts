import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { countReceived } from '../../helpers/count-received.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';
import { CHUNK_TYPE, createTusClient, offsetIn, TUS_PATH } from '../../helpers/tus.ts';
import { within } from '../../helpers/wait-until.ts';

const BODY = Buffer.alloc(64 << 20, 7);
/** Of a refused body the server may take about 1 MiB: what came along with its head. */
const MOST_TAKEN_BYTES = 2 << 20;

async function start() {
  const server = await startTestServer();
  const tus = createTusClient(server.guest);
  await tus.create({ size: 2 * BODY.length, id: 'one', body: Buffer.alloc(3) });
  return { server, tus, received: countReceived() };
}

async function sendWithCurl(url: string, token: string | null, more: readonly string[]): Promise<{ readonly status: string; readonly sent: number; readonly text: string }> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const source = join(temp.path, 'body');
  await writeFile(source, BODY);
  const headers = [`Authorization: Bearer ${token}`, 'Tus-Resumable: 1.0.0', `Content-Type: ${CHUNK_TYPE}`, 'Upload-Offset: 5', ...more];
  const args = ['-sS', '-X', 'PATCH', '-T', source, ...headers.flatMap((header) => ['-H', header]), '-w', '\n%{http_code} %{size_upload}', `${url}${TUS_PATH}/one`];
  const { stdout } = await promisify(execFile)('curl', args);
  const [text = '', last = ''] = stdout.split('\n');
  const [status = '', sent = ''] = last.split(' ');
  return { status, sent: Number(sent), text };
}

test('Node sees why a long body is refused, and hands over little of it', async () => {
  const { tus, received } = await start();
  const answer = await tus.patch('one', 5, BODY);
  expect([answer.status, readFailureCode(answer), offsetIn(answer)]).toEqual([409, 'UPLOAD_OFFSET_CONFLICT', 3]);
  expect(await received.total()).toBeLessThan(MOST_TAKEN_BYTES);
});

test('curl sees why a long body is refused, and hands over little of it', async () => {
  const { server, received } = await start();
  const { status, text } = await sendWithCurl(server.url, server.guest.token, ['Expect:']);
  expect(status).toBe('409');
  expect(text).toContain('UPLOAD_OFFSET_CONFLICT');
  expect(await received.total()).toBeLessThan(MOST_TAKEN_BYTES);
});

test('a client that asks first hands over nothing', async () => {
  const { server } = await start();
  const { status, sent } = await sendWithCurl(server.url, server.guest.token, ['Expect: 100-continue']);
  expect([status, sent]).toEqual(['409', 0]);
});

test('the rest of a short body is taken, so that a client that does not listen meanwhile can finish', async () => {
  const { server } = await start();
  const connection = await openRaw(server.port);
  const head = { Host: server.host, Authorization: `Bearer ${server.guest.token}`, 'Tus-Resumable': '1.0.0', 'Content-Type': CHUNK_TYPE, 'Upload-Offset': 5 };
  await connection.write(requestHead(`PATCH ${TUS_PATH}/one HTTP/1.1`, { ...head, 'Content-Length': 500_000 }));
  const answer = await within(5000, 'the answer', connection.answer);
  await connection.write(BODY.subarray(0, 500_000));
  await within(5000, 'a clean end', connection.closed);
  expect([answer.status, connection.socket.bytesWritten > 500_000, connection.socket.errored]).toEqual([409, true, null]);
});
