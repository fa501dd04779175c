import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { readFailureCode, readSend } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, field, file, manifest } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

describe('a form with a manifest', () => {
  test('gives each file its own outcome: 207 when some are not stored', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const good = announced('good.txt', 'good');
    const short = announced('short.txt', 'four', { size: 5 });
    const unnamed = announced('..', 'nameless');
    const last = announced('last.txt', 'last');
    const sent = await server.guest.send(buildAnnouncedForm([good, short, unnamed, last]));
    expect(sent.status).toBe(207);
    expect(sent.uploads.map(({ id, state, failure }) => [id, state, failure?.code])).toEqual([
      [good.id, 'stored', undefined],
      [short.id, 'failed', 'SIZE_MISMATCH'],
      [unnamed.id, 'failed', 'FILENAME_INVALID'],
      [last.id, 'stored', undefined],
    ]);
    await disk.expectDone({ 'good.txt': 'good', 'last.txt': 'last' });
  });

  test('answers with the status of the first failure, and the outcomes, when none was stored', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.guest.post('/api/uploads', buildAnnouncedForm([announced('a.txt', 'abc', { size: 2 }), announced('..', 'x')]));
    expect(answer.status).toBe(422);
    expect(readFailureCode(answer)).toBe('SIZE_MISMATCH');
    expect(readSend(answer).uploads.map(({ failure }) => failure?.code)).toEqual(['SIZE_MISMATCH', 'FILENAME_INVALID']);
    await disk.expectClean();
  });

  test.each([[-1], [1]])('a file that is %i bytes off its announced size is not stored', async (off) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = sampleBytes(100_000);
    const answer = await server.guest.post('/api/uploads', buildAnnouncedForm([announced('a.bin', content, { size: content.length + off })]));
    expect([answer.status, readFailureCode(answer)]).toEqual([422, 'SIZE_MISMATCH']);
    await disk.expectClean();
  });

  test('publishes a file as soon as it is complete, also when the request never is', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const first = announced('first.bin', sampleBytes(50_000));
    const second = announced('second.bin', sampleBytes(50_000, 2));
    const form = buildAnnouncedForm([first, second]);
    const connection = await openRaw(server.port);
    await connection.write(requestHead('POST /api/uploads HTTP/1.1', {
      Host: server.host, Authorization: `Bearer ${server.guest.token}`, 'Content-Type': form.contentType, 'Content-Length': form.body.length,
    }));
    await connection.write(form.body.subarray(0, (form.spans[2]?.start ?? 0) + 20_000));
    await waitUntil('the first file to be stored', async () => (await server.guest.record(first.id).catch(() => undefined))?.state === 'stored');
    await waitUntil('the second to be receiving', async () => (await server.guest.record(second.id)).state === 'receiving');
    connection.reset();
    await waitUntil('the second file to fail', async () => (await server.guest.record(second.id)).state === 'failed');
    expect((await server.guest.record(second.id)).failure?.code).toBe('UPLOAD_ABORTED');
    await disk.expectDone({ 'first.bin': first.content });
  });

  test('an announced file that does not come is not left waiting', async () => {
    const server = await startTestServer();
    const [came, missing] = [announced('came.txt', 'x'), announced('missing.txt', 'y')];
    const sent = await server.guest.send(buildForm([manifest([came, missing].map(({ content: _content, ...told }) => told)), file('came.txt', 'x')]));
    expect(sent.status).toBe(207);
    expect(sent.uploads.map(({ state }) => state)).toEqual(['stored', 'failed']);
    expect(server.running.activeUploads()).toBe(0);
  });

  test('a file that was not announced ends the form, and is not stored; the one before it is, if it was faster', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const one = announced('one.txt', 'x');
    const answer = await server.guest.post('/api/uploads', buildForm([manifest([{ id: one.id, name: one.name, size: one.size }]), file('one.txt', 'x'), file('two.txt', 'y')]));
    const isStored = readSend(answer).uploads.map(({ state }) => state).includes('stored');
    expectRefusal(answer, isStored ? 207 : 400, 'MANIFEST_INVALID');
    await disk.expectDone(isStored ? { 'one.txt': 'x' } : {});
  });

  test.each([
    ['after a file', [file('one.txt', 'x'), manifest([announced('two.txt', 'y')]), file('two.txt', 'y')]],
    ['after another manifest', [manifest([announced('one.txt', 'x')]), manifest([announced('two.txt', 'y')]), file('two.txt', 'y')]],
  ])('comes too late %s', async (_what, parts) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    expectRefusal(await server.guest.post('/api/uploads', buildForm(parts)), 400, 'MANIFEST_INVALID');
    await disk.expectClean();
    expect(server.running.activeUploads()).toBe(0);
  });

  test('belongs to the batch under which its files were announced before', async () => {
    const server = await startTestServer();
    const one = announced('one.txt', 'x');
    await server.guest.announce([{ id: one.id, name: one.name, size: one.size }], 'the-batch');
    const sent = await server.guest.send(buildAnnouncedForm([one]));
    expect([sent.batch, sent.uploads.map(({ batch }) => batch)]).toEqual(['the-batch', ['the-batch']]);
  });

  test.each([
    ['not JSON', '{"files":['],
    ['no list', '{}'],
    ['a list in a list', '[[]]'],
    ['null', 'null'],
    ['an id with a space', '{"files":[{"id":"a b","name":"x","size":1}]}'],
    ['an empty id', '{"files":[{"id":"","name":"x","size":1}]}'],
    ['an id of 129 characters', `{"files":[{"id":"${'i'.repeat(129)}","name":"x","size":1}]}`],
    ['the same id twice', '{"files":[{"id":"a","name":"x","size":1},{"id":"a","name":"y","size":1}]}'],
    ['a size as text', '{"files":[{"id":"a","name":"x","size":"1"}]}'],
    ['a negative size', '{"files":[{"id":"a","name":"x","size":-1}]}'],
    ['half a byte', '{"files":[{"id":"a","name":"x","size":0.5}]}'],
    ['a size past what numbers count', '{"files":[{"id":"a","name":"x","size":9007199254740993}]}'],
    ['no name', '{"files":[{"id":"a","size":1}]}'],
    ['a folder that is no text', '{"files":[{"id":"a","name":"x","size":1,"folder":{}}]}'],
    ['depth 10,000', '['.repeat(10_000)],
  ])('is refused when the manifest is %s', async (_what, text) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.guest.post('/api/uploads', buildForm([field('manifest', text), file('x', 'x')]));
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'MANIFEST_INVALID']);
    await disk.expectClean();
  });

  test('a manifest over 1 MiB is refused as too large', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.guest.post('/api/uploads', buildForm([field('manifest', 'x'.repeat((1 << 20) + 1)), file('x', 'x')]));
    expect([answer.status, readFailureCode(answer)]).toEqual([413, 'FIELD_TOO_LARGE']);
    await disk.expectClean();
  });
});
