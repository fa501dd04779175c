import { describe, expect, test } from 'vitest';
import { residentBytes } from '../../helpers/disk.ts';
import { readFailureCode, type HttpAnswer } from '../../helpers/http-answer.ts';
import { buildForm, field, file, rawPart, type Form } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const GOOD = file('good.txt', 'good');

/** Sends a form that must be refused; nothing of it may stay, and the server must go on. */
async function refuse(form: Form): Promise<HttpAnswer> {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const answer = await server.guest.post('/api/uploads', form);
  await disk.expectClean();
  expect((await server.guest.send(buildForm([file('next.txt', 'next')]))).status).toBe(201);
  return answer;
}

function changed(form: Form, change: (body: string) => string): Form {
  return { ...form, body: Buffer.from(change(form.body.toString('latin1')), 'latin1') };
}

describe('forms no browser would send', () => {
  test.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=""'])('A1: Content-Type %j has no boundary', async (contentType) => {
    const answer = await refuse({ ...buildForm([GOOD]), contentType });
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'MULTIPART_BOUNDARY_MISSING']);
  });

  test.each([1, 3, 8, 30])('A2: the last %i bytes are missing, and Content-Length is honest', async (missing) => {
    const form = buildForm([GOOD, file('second.txt', 'x'.repeat(1000))], 'b'.repeat(20));
    const answer = await refuse({ ...form, body: form.body.subarray(0, form.body.length - 2 - missing) });
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'MULTIPART_TRUNCATED']);
  });

  test('A2: ends inside a part header', async () => {
    const form = buildForm([GOOD, GOOD], 'b');
    const answer = await refuse({ ...form, body: form.body.subarray(0, (form.spans[1]?.start ?? 0) - 20) });
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'MULTIPART_TRUNCATED']);
  });

  test.each([
    ['no parts', buildForm([])],
    ['only text', buildForm([field('note', 'hello')])],
    ['A4: a file box left empty', buildForm([file('', '')])],
    ['A4: content without a name', buildForm([file('', 'content')])],
  ])('A3: %s is no upload', async (_what, form) => {
    const answer = await refuse(form);
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'NO_FILES']);
  });

  test.each(['.', '..', 'folder/..', '\u200b', ' '])('A5: a file called %j has no usable name', async (name) => {
    const answer = await refuse(buildForm([file(name, 'content')]));
    expect([answer.status, readFailureCode(answer)]).toEqual([422, 'FILENAME_INVALID']);
  });

  test.each([
    ['an empty field name', field('', 'x'), 'FIELD_NAME_MISSING'],
    ['an empty name of a file field', file('a.txt', 'x', ''), 'FIELD_NAME_MISSING'],
    ['no name', rawPart('Content-Disposition: form-data; filename="a.txt"', 'x'), 'FIELD_NAME_MISSING'],
    ['no name of a text field', rawPart('Content-Disposition: form-data', 'x'), 'FIELD_NAME_MISSING'],
    ['a nested name', field(`a${'[b]'.repeat(2000)}`, 'x'), 'FIELD_NAME_INVALID'],
    ['a huge index', field('a[4294967294]', 'x'), 'FIELD_NAME_INVALID'],
    ['a nested name of a file field', file('a.txt', 'x', 'a[b][c]'), 'FIELD_NAME_INVALID'],
    ['__proto__[p]', field('__proto__[p]', 'x'), 'FIELD_NAME_INVALID'],
    ['constructor[prototype][p]', field('constructor[prototype][p]', 'x'), 'FIELD_NAME_INVALID'],
  ])('A6, A7, A9, A10: %s is refused', async (_what, part, code) => {
    const beganMs = performance.now();
    const answer = await refuse(buildForm([part, GOOD]));
    expect([answer.status, readFailureCode(answer)]).toEqual([400, code]);
    expect(performance.now() - beganMs).toBeLessThan(2000);
    expect(Object.hasOwn(Object.prototype, 'p')).toBe(false);
  });

  test.each([
    ['a NUL', rawPart('Content-Disposition: form-data; name="a\0b"; filename="a.txt"', 'x')],
    ['a bell', rawPart('Content-Disposition: form-data; name="a"; filename="a.txt"\r\nX-Bell: \x07', 'x')],
    ['no colon', rawPart('Content-Disposition form-data name="a"', 'x')],
    ['64 KiB of header', rawPart(`Content-Disposition: form-data; name="a"; filename="a.txt"\r\nX-Long: ${'x'.repeat(65_536)}`, 'x')],
  ])('A8, A12: %s in a part header is refused', async (_what, part) => {
    const answer = await refuse(buildForm([part, GOOD]));
    expect(answer.status).toBe(400);
    expect(['MULTIPART_HEADER_INVALID', 'FIELD_NAME_INVALID', 'FIELD_NAME_MISSING']).toContain(readFailureCode(answer));
  });

  test('A12: 3,000 header lines in one part are refused or passed over', async () => {
    const server = await startTestServer();
    const lines = Array.from({ length: 3000 }, (_, index) => `X-${index}: y`).join('\r\n');
    const answer = await server.guest.post('/api/uploads', buildForm([rawPart(`Content-Disposition: form-data; name="a"; filename="a.txt"\r\n${lines}`, 'x')]));
    expect([201, 400]).toContain(answer.status);
  });

  test('A11: 100,000 tiny parts are too many, and are refused within a second', async () => {
    const parts = changed(buildForm([], 'b'), () => `${'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx\r\n'.repeat(100_000)}--b--\r\n`);
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const memoryBefore = await residentBytes(process.pid);
    const answer = await server.guest.post('/api/uploads', parts);
    expect(answer.status).toBe(413);
    expect(['TOO_MANY_PARTS', 'TOO_MANY_FILES']).toContain(readFailureCode(answer));
    await disk.expectClean();
    expect((await residentBytes(process.pid)) - memoryBefore).toBeLessThan(300 << 20);
  });

  test('D5: 21 text fields are too many; a text of over 1 KiB is too large', async () => {
    const many = await refuse(buildForm([...Array.from({ length: 21 }, (_, index) => field(`f${index}`, 'x')), GOOD]));
    expect([many.status, readFailureCode(many)]).toEqual([413, 'TOO_MANY_FIELDS']);
    const large = await refuse(buildForm([field('note', 'x'.repeat(1025)), GOOD]));
    expect([large.status, readFailureCode(large)]).toEqual([413, 'FIELD_TOO_LARGE']);
  });

  test('A23: a form inside a part is one opaque file', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const inner = buildForm([file('inner.txt', 'inner')], 'inner').body;
    const answer = await server.guest.post('/api/uploads', buildForm([rawPart('Content-Disposition: form-data; name="a"; filename="outer"\r\nContent-Type: multipart/mixed; boundary=inner', inner)], 'outer'));
    expect([201, 400]).toContain(answer.status);
    await (answer.status === 201 ? disk.expectDone({ outer: inner }) : disk.expectClean());
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
