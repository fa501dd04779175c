import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOpenFiles, listStaging, listTree } from '../../helpers/disk.ts';
import { fuzzRuns, fuzzTimeoutMs, mostly, oddHeader, oddText } from '../../helpers/fuzz.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { buildForm, field, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { encodeMetadata } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

type Headers = Readonly<Record<string, string>>;

/** What a refusal may be: never a fault of the server, and always in the one envelope. 501 says that an encoding is not supported. */
async function expectSane(server: TestServer, line: string, headers: Headers, body: Buffer): Promise<void> {
  const connection = await openRaw(server.port);
  let heard = '';
  connection.socket.on('data', (piece) => (heard += piece.toString('latin1')));
  const lengthOf = headers['Transfer-Encoding'] === undefined && headers['Content-Length'] === undefined ? { 'Content-Length': String(body.length) } : {};
  const head = requestHead(line, { Host: server.host, Authorization: `Bearer ${TEST_CODE}`, Connection: 'close', ...lengthOf, ...headers });
  await connection.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
  await connection.closed;
  const status = Number(/^(?:HTTP\/1\.1 1\d\d .*\r\n\r\n)?HTTP\/1\.1 (?<status>\d{3}) /u.exec(heard)?.groups?.['status'] ?? 0);
  expect([status >= 200, status < 500 || status === 501], `${line} ${JSON.stringify(headers)}: ${heard.slice(0, 300)}`).toEqual([true, true]);
  if (status >= 400 && !line.startsWith('HEAD')) readFailureCode({ status, headers: {}, text: heard.slice(heard.lastIndexOf('\r\n\r\n') + 4) });
}

/** Nothing is left open, nothing outside was touched, no error was logged, and the server goes on. */
async function expectSound(server: TestServer, openBefore: number): Promise<void> {
  await waitUntil('all to end', async () => server.running.movingUploads() === 0 && (await countOpenFiles()) <= openBefore + 2);
  expect([...(await listTree(server.canary)).keys()]).toEqual(['untouched.txt']);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  expect((await server.guest.send(buildForm([file('after.txt', 'after')]))).status).toBe(201);
}

test('A24: no tus header, however odd, gets a fault out of the server or half an upload into staging', async () => {
  const server = await startTestServer({ stallTimeoutMs: 300 });
  const openBefore = await countOpenFiles();
  const id = fc.constantFrom('one', 'two', 'three', 'four');
  const metadata = mostly(fc.record({ id, filename: oddText, folder: oddText, relativePath: oddText, sha256: oddText, batch: oddText }, { requiredKeys: ['id', 'filename'] }).map(encodeMetadata), oddHeader);
  const request = fc.record({
    method: fc.constantFrom('POST', 'PATCH', 'HEAD', 'DELETE', 'OPTIONS'),
    at: mostly(id, oddText.map(encodeLoosely)),
    headers: fc.record(
      {
        'Tus-Resumable': mostly(fc.constant('1.0.0'), oddHeader),
        'Upload-Metadata': metadata,
        'Upload-Length': mostly(fc.constantFrom('0', '5', '8', '1000'), oddHeader),
        'Upload-Offset': mostly(fc.constantFrom('0', '5', '8'), oddHeader),
        'Upload-Checksum': fc.oneof(oddHeader, fc.constantFrom('sha1 AAAA', 'md5 XUFAKrxLKna5cZ2REBfFkg==', 'sha256 !!')),
        'Repr-Digest': fc.oneof(oddHeader, fc.constantFrom('sha-256=:AAAA:', 'xxh128=:AAAAAAAAAAAAAAAAAAAAAA==:', 'sha-256=?1')),
        'Upload-Defer-Length': oddHeader,
        'Upload-Complete': mostly(fc.constantFrom('?0', '?1'), oddHeader),
        'Content-Type': mostly(fc.constant('application/offset+octet-stream'), oddHeader),
      },
      { requiredKeys: ['Tus-Resumable', 'Upload-Metadata', 'Upload-Length', 'Upload-Offset', 'Content-Type'] },
    ),
    body: fc.constantFrom('', 'hello', 'hello wo', 'x'.repeat(995)),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, at, headers, body }) => {
      await expectSane(server, `${method} /api/tus${method === 'POST' ? '' : `/${at}`} HTTP/1.1`, headers, Buffer.from(body));
    }),
    { numRuns: fuzzRuns(700) },
  );
  await expectSound(server, openBefore);
  // Whole pairs, and no lock of anybody.
  const names = (await listStaging(server.folder)).map(({ name }) => name);
  const keys = (ending: string): readonly string[] => names.filter((name) => name.endsWith(ending)).map((name) => name.split('.')[0] ?? '').toSorted();
  expect([names.length, keys('.part')]).toEqual([2 * keys('.json').length, keys('.json')]);
}, fuzzTimeoutMs(60_000));

test('A24: no manifest, however odd, gets a fault out of the server or a byte out of the upload folder', async () => {
  const server = await startTestServer({ stallTimeoutMs: 300 });
  const openBefore = await countOpenFiles();
  const odd = fc.oneof(oddText, fc.integer(), fc.double(), fc.constantFrom(null, true, {}, []), fc.object({ maxDepth: 2 }));
  const announcedFile = fc.record(
    { id: mostly(fc.uuid(), odd), name: mostly(oddText, odd), size: mostly(fc.constant(5), odd), folder: oddText, modifiedAtMs: odd, digest: odd },
    { requiredKeys: ['id', 'name', 'size'] },
  );
  const manifest = mostly(fc.record({ files: mostly(fc.array(announcedFile, { maxLength: 4 }), odd) }, { requiredKeys: [] }).map((value) => JSON.stringify(value)), oddText);
  await fc.assert(
    fc.asyncProperty(manifest, oddText, fc.array(oddText, { maxLength: 3 }), async (text, duplicates, names) => {
      const form = buildForm([field('manifest', text), field('duplicates', duplicates.slice(0, 50)), ...names.map((name) => file(name.replaceAll(/["\r\n]/gu, ''), 'hello'))]);
      await expectSane(server, 'POST /api/uploads HTTP/1.1', { 'Content-Type': form.contentType }, form.body);
      await expectSane(server, 'POST /api/batches HTTP/1.1', { 'Content-Type': 'application/json' }, Buffer.from(text));
    }),
    { numRuns: fuzzRuns(250) },
  );
  await expectSound(server, openBefore);
  expect(await listStaging(server.folder)).toEqual([]);
}, fuzzTimeoutMs(60_000));

test('A24: no path, query or method, however odd, gets a fault out of the server', async () => {
  const server = await startTestServer({ stallTimeoutMs: 300 });
  const openBefore = await countOpenFiles();
  const path = fc.tuple(fc.constantFrom('/', '/api/uploads', '/api/uploads/', '/api/server', '/api/session', '/api/tus/', '/upload_status', '/uploadfile', '/healthz', '/metrics', '/nothing'), mostly(fc.constant(''), oddText.map(encodeLoosely)));
  const query = fc.array(fc.tuple(fc.constantFrom('key', 'since', 'X-Progress-ID', 'format', 'limit', 'a'), oddText.map(encodeLoosely)), { maxLength: 3 });
  const method = mostly(fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD'), fc.constantFrom('PUT', 'TRACE', 'OPTIONS', 'PATCH', 'PROPFIND', 'SEARCH'));
  await fc.assert(
    fc.asyncProperty(method, path, query, mostly(fc.constant({}), fc.record({ 'X-Progress-ID': oddHeader, Expect: oddHeader, Range: oddHeader, Cookie: oddHeader })), async (verb, [start, end], pairs, headers) => {
      const asked = pairs.map(([name, value]) => `${name}=${value}`).join('&');
      await expectSane(server, `${verb} ${start}${end}${asked === '' ? '' : `?${asked}`} HTTP/1.1`, headers, Buffer.alloc(0));
    }),
    { numRuns: fuzzRuns(500) },
  );
  await expectSound(server, openBefore);
}, fuzzTimeoutMs(60_000));

/** Percent-encoded only where a request line could not be told apart any more. */
function encodeLoosely(text: string): string {
  return Buffer.from(text).toString('latin1').replaceAll(/[\0-\x20\x7f-\xff#]/gu, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
