import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_FILES_PER_REQUEST } from '../../../server/contracts/api.ts';
import type { FailureCode } from '../../../server/contracts/failure.ts';
import { residentBytes } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { launchServer, type TestServer } from '../../helpers/launch-server.ts';
import { buildForm, field, file, rawPart, type Form } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const GOOD = file('good.txt', 'good');

let server: TestServer;

beforeAll(async () => {
  server = await launchServer();
});

afterAll(() => server.stop());

/** Sends a form that must be refused; nothing of it may stay, and the same process must go on. */
async function refuse(form: Form, status: number, code: FailureCode): Promise<void> {
  const disk = await watchDisk(server);
  expectRefusal(await server.guest.post('/api/uploads', form), status, code);
  await disk.expectClean();
  const next = await server.guest.send(buildForm([file('next.txt', 'next')]));
  await disk.expectDone({ [next.uploads[0]?.name ?? '']: 'next' });
}

function changed(form: Form, change: (body: string) => string): Form {
  return { ...form, body: Buffer.from(change(form.body.toString('latin1')), 'latin1') };
}

describe('forms no browser would send', () => {
  test.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=""'])('A1: Content-Type %j has no boundary', (contentType) =>
    refuse({ ...buildForm([GOOD]), contentType }, 400, 'MULTIPART_BOUNDARY_MISSING'));

  test.each([1, 3, 8, 30])('A2: the last %i bytes are missing, and Content-Length is honest', (missing) => {
    const form = buildForm([GOOD, file('second.txt', 'x'.repeat(1000))], 'b'.repeat(20));
    return refuse({ ...form, body: form.body.subarray(0, form.body.length - 2 - missing) }, 400, 'MULTIPART_TRUNCATED');
  });

  test('A2: ends inside a part header', () => {
    const form = buildForm([GOOD, GOOD], 'b');
    return refuse({ ...form, body: form.body.subarray(0, (form.spans[1]?.start ?? 0) - 20) }, 400, 'MULTIPART_TRUNCATED');
  });

  test.each([
    ['A3: no parts', buildForm([])],
    ['A3: only text', buildForm([field('note', 'hello')])],
    ['A4: a file box left empty', buildForm([file('', '')])],
    ['A4: content without a name', buildForm([file('', 'content')])],
  ])('%s is no upload', (_what, form) => refuse(form, 400, 'NO_FILES'));

  test.each(['.', '..', 'folder/..', '\u200b', ' '])('A5: a file called %j has no usable name', (name) => refuse(buildForm([file(name, 'content')]), 422, 'FILENAME_INVALID'));

  test.each([
    ['A6: an empty field name', field('', 'x'), 'FIELD_NAME_MISSING'],
    ['A6: an empty name of a file field', file('a.txt', 'x', ''), 'FIELD_NAME_MISSING'],
    ['A7: no name', rawPart('Content-Disposition: form-data; filename="a.txt"', 'x'), 'FIELD_NAME_MISSING'],
    ['A7: no name of a text field', rawPart('Content-Disposition: form-data', 'x'), 'FIELD_NAME_MISSING'],
    ['A8: a NUL in a name', rawPart('Content-Disposition: form-data; name="a\0b"; filename="a.txt"', 'x'), 'MULTIPART_HEADER_INVALID'],
    ['A8: a bell in a name', rawPart('Content-Disposition: form-data; name="a\x07b"; filename="a.txt"', 'x'), 'MULTIPART_HEADER_INVALID'],
    ['A8: a bell in a header', rawPart('Content-Disposition: form-data; name="a"; filename="a.txt"\r\nX-Bell: \x07', 'x'), 'MULTIPART_HEADER_INVALID'],
    ['A8: a header without a colon', rawPart('Content-Disposition form-data name="a"', 'x'), 'MULTIPART_HEADER_INVALID'],
    ['A10: the field __proto__[p]', field('__proto__[p]', 'x'), 'FIELD_NAME_INVALID'],
    ['A10: the field constructor[prototype][p]', field('constructor[prototype][p]', 'x'), 'FIELD_NAME_INVALID'],
    ['A12: 64 KiB of part header', rawPart(`Content-Disposition: form-data; name="a"; filename="a.txt"\r\nX-Long: ${'x'.repeat(65_536)}`, 'x'), 'MULTIPART_HEADER_INVALID'],
    ['A12: a part with 3,000 header lines', rawPart(['Content-Disposition: form-data; name="a"; filename="a.txt"', ...Array.from({ length: 3000 }, (_, index) => `X-${index}: y`)].join('\r\n'), 'x'), 'MULTIPART_HEADER_INVALID'],
  ] as const)('%s is refused', async (_what, part, code) => {
    await refuse(buildForm([part, GOOD]), 400, code);
    expect(Reflect.get({}, 'p')).toBeUndefined();
  });

  test.each([
    ['A9: a name nested 2,000 deep', field(`a${'[b]'.repeat(2000)}`, 'x')],
    ['A9: a name nested 60 deep', field(`a${'[b]'.repeat(60)}`, 'x')],
    ['A9: a huge index', field('a[4294967294]', 'x')],
    ['A9: a nested name of a file field', file('a.txt', 'x', 'a[b][c]')],
  ])('%s is refused, and costs next to nothing', async (_what, part) => {
    const form = buildForm([part, GOOD]);
    // What is loaded and compiled once shall not count.
    await refuse(form, 400, 'FIELD_NAME_INVALID');
    const memoryBefore = await residentBytes(process.pid);
    const cpuMs: number[] = [];
    // What else this process does can only add: the least of them is what it costs.
    for (let times = 0; times < 3; times += 1) {
      const cpuBefore = process.cpuUsage();
      expectRefusal(await server.guest.post('/api/uploads', form), 400, 'FIELD_NAME_INVALID');
      const { user, system } = process.cpuUsage(cpuBefore);
      cpuMs.push((user + system) / 1000);
    }
    expect(Math.min(...cpuMs)).toBeLessThan(100);
    expect((await residentBytes(process.pid)) - memoryBefore).toBeLessThan(20 << 20);
  });

  test.each([['file', 'TOO_MANY_FILES', '; filename="a"', MAX_FILES_PER_REQUEST], ['text', 'TOO_MANY_FIELDS', '', 0]] as const)('A11: 100,000 tiny %s parts are too many, and no more are looked at than are allowed', async (_kind, code, more, mostFiles) => {
    const parts = changed(buildForm([], 'b'), () => `${`--b\r\nContent-Disposition: form-data; name="f"${more}\r\n\r\nx\r\n`.repeat(100_000)}--b--\r\n`);
    const disk = await watchDisk(server);
    const memoryBefore = await residentBytes(process.pid);
    const before = (await server.guest.records()).length;
    expectRefusal(await server.guest.post('/api/uploads', parts), 413, code);
    expect((await server.guest.records()).length - before).toBeLessThanOrEqual(mostFiles);
    await disk.expectClean();
    expect((await residentBytes(process.pid)) - memoryBefore).toBeLessThan(300 << 20);
  });

  test('D5: 21 text fields are too many; a text of over 1 KiB is too large', async () => {
    await refuse(buildForm([...Array.from({ length: 21 }, (_, index) => field(`f${index}`, 'x')), GOOD]), 413, 'TOO_MANY_FIELDS');
    await refuse(buildForm([field('note', 'x'.repeat(1025)), GOOD]), 413, 'FIELD_TOO_LARGE');
  });

  test('D5: 20 text fields of 1 KiB are neither', async () => {
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildForm([...Array.from({ length: 20 }, (_, index) => field(`f${index}`, 'x'.repeat(1024))), file('beside texts.txt', 'good')]));
    expect(sent.status).toBe(201);
    await disk.expectDone({ 'beside texts.txt': 'good' });
  });

  test('A23: a form inside a part is one opaque file', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const inner = buildForm([file('inner.txt', 'inner')], 'inner').body;
    const answer = await server.guest.post('/api/uploads', buildForm([rawPart('Content-Disposition: form-data; name="a"; filename="outer"\r\nContent-Type: multipart/mixed; boundary=inner', inner)], 'outer'));
    expect(answer.status).toBe(201);
    await disk.expectDone({ outer: inner });
  });

  test('files whose field is called files[], as PHP and many libraries have it, are stored; a text field called so is refused', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    expect((await server.guest.send(buildForm([file('a.txt', 'a', 'files[]'), file('b.txt', 'b', 'files[]')]))).status).toBe(201);
    await disk.expectDone({ 'a.txt': 'a', 'b.txt': 'b' });
    expectRefusal(await server.guest.post('/api/uploads', buildForm([field('notes[]', 'x'), GOOD])), 400, 'FIELD_NAME_INVALID');
  });

  test('text before the first and after the last boundary is not part of a file', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const form = buildForm([GOOD]);
    const answer = await server.guest.post('/api/uploads', changed(form, (body) => `preamble\r\n${body}epilogue`));
    expect(answer.status).toBe(201);
    await disk.expectDone({ 'good.txt': 'good' });
  });

  test('content that looks like the boundary stays content', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = Buffer.from('\r\n--bx\r\n--b-\r\n--\r\n\r\n-\r\n--a--\r\n'.repeat(5000), 'latin1');
    expect((await server.guest.send(buildForm([file('tricky.bin', content)], 'bbb'))).status).toBe(201);
    await disk.expectDone({ 'tricky.bin': content });
  });
});
