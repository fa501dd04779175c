import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProcess } from '../helpers/child-process.ts';
import { canConnect } from '../helpers/can-connect.ts';
import { runCli, startCli } from '../helpers/cli.ts';
import { createClient } from '../helpers/client.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { isObject, readFailureCode, readJson } from '../helpers/http-answer.ts';
import { buildForm, file, manifest } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { openRaw } from '../helpers/raw-http.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { findTool, isSkipped } from '../helpers/tools.ts';
import { createTusClient, offsetIn, openPatch, startUpload } from '../helpers/tus.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';

async function newFolder(): Promise<string> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  return join(temp.path, 'uploads');
}

describe('the command line', () => {
  test('--json prints one line with url, code, link and pid when it is ready; whoever wants its port gets one sentence and status 1; SIGTERM ends it at once with status 0 and keeps what is stored', async () => {
    const server = await startCli();
    const [line, ...rest] = server.child.stdout().split('\n');
    expect(rest).toEqual(['']);
    expect(Object.keys(readJson({ status: 200, headers: {}, text: line ?? '' })).toSorted()).toEqual(['code', 'link', 'pid', 'url']);
    expect(server.pid).toBe(server.child.pid);
    expect((await server.guest.request('GET', '/api/server')).status).toBe(200);
    const content = sampleBytes(500_000);
    await server.guest.send(buildForm([file('a.bin', content)]));

    const second = runCli(['--folder', await newFolder(), '--port', String(server.port)]);
    expect((await second.ended).status).toBe(1);
    expect(second.stderr()).toMatch(/port[^\n]*\.\n$/u);
    expect(second.stderr()).not.toMatch(/\n\s+at |Error:/u);

    server.child.signal('SIGTERM');
    expect(await within(3000, 'the end', server.child.ended)).toEqual({ status: 0, signal: null });
    expect(await listTree(server.folder)).toEqual(new Map([['a.bin', sha256(content)]]));
  });

  test.skipIf(isSkipped('curl'))('curl -u :CODE -F file=@x sends a file', async () => {
    const server = await startCli();
    const source = new URL('../../package.json', import.meta.url).pathname;
    const curl = startProcess(findTool('curl'), ['-sS', '-u', `:${server.code}`, '-F', `file=@${source}`, '-w', '\n%{http_code}', `${server.url}/api/uploads`]);
    await curl.ended;
    expect(curl.stdout().split('\n').at(-1)).toBe('201');
    expect([...(await listTree(server.folder)).keys()]).toEqual(['package.json']);
  });

  test('--open asks for no code, and towards the network warns', async () => {
    const server = await startCli({ args: ['--open', '--host', '0.0.0.0'] });
    expect(server.code).toBeNull();
    expect(server.child.stderr()).toMatch(/warning/iu);
    expect((await createClient(server.url, null).send(buildForm([file('a.txt', 'a')]))).status).toBe(201);
  });

  test('--log json tells every event in a line of JSON, --log-level debug every request; --max-size holds for files', async () => {
    const server = await startCli({ args: ['--log', 'json', '--log-level', 'debug', '--duplicates', 'skip-same', '--max-size', '10kB'] });
    for (const id of ['one', 'two']) await server.guest.send(buildForm([manifest([{ id, name: '\u001b[2J.txt', size: 1 }]), file('plain', 'x')]));
    const lines = await waitUntil('both requests to be told', () => {
      const told = server.child.stderr().split('\n').slice(0, -1).map((line): unknown => JSON.parse(line));
      return told.filter((line) => isObject(line) && line['event'] === 'request:answered').length === 2 ? told : undefined;
    });
    const stored = lines.filter((line) => isObject(line) && line['event'] === 'upload:stored');
    expect(stored).toMatchObject([{ level: 'info', name: '[2J.txt' }, { level: 'info', name: '[2J.txt', wasThere: true }]);
    expect((await server.guest.send(buildForm([file('a.bin', sampleBytes(10_000))]))).status).toBe(201);
    const answer = await server.guest.post('/api/uploads', buildForm([file('b.bin', sampleBytes(10_001))]));
    expect([answer.status, readFailureCode(answer)]).toEqual([413, 'FILE_TOO_LARGE']);
  });

  test('without --code makes one that people can read, and asks for it', async () => {
    const server = runCli(['--folder', await newFolder(), '--port', '0', '--json']);
    const line = await waitUntil('the line', () => server.stdout().includes('\n') && server.stdout());
    const { url, code } = readJson({ status: 200, headers: {}, text: line });
    expect(code).toMatch(/^[A-Z0-9]{3} ?[A-Z0-9]{3}$/u);
    expect((await createClient(String(url), null).request('GET', '/api/uploads')).status).toBe(401);
    expect((await createClient(String(url), String(code).replace(' ', '').toLowerCase()).request('GET', '/api/uploads')).status).toBe(200);
  });

  test('without --json prints the address, the code and a QR code for people', async () => {
    const server = runCli(['--folder', await newFolder(), '--port', '0', '--code', 'harbour 7']);
    const text = await waitUntil('the welcome', () => server.stdout().includes('Ctrl-C') && server.stdout());
    expect(text).toMatch(/http:\/\/127\.0\.0\.1:\d+/u);
    expect(text).toContain('harbour 7');
    expect(text).toMatch(/[█▀▄]{5}/u);
  });

  test('--help and --version say so and end well', async () => {
    const help = runCli(['--help']);
    expect((await help.ended).status).toBe(0);
    for (const option of ['--folder', '--host', '--port', '--code', '--open', '--cache', '--max-size', '--json']) expect(help.stdout()).toContain(option);
    const version = runCli(['--version']);
    expect((await version.ended).status).toBe(0);
    expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });

  test.each([[[]], [['--folder', 'x', '--nonsense']], [['--folder', 'x', '--port', 'http']]])('%j gets one clear sentence and status 2', async (args) => {
    const wrong = runCli(args);
    expect((await wrong.ended).status).toBe(2);
    expect(wrong.stdout()).toBe('');
    expect(wrong.stderr()).toMatch(/^[^\n]{10,200}\.\n$/u);
    expect(wrong.stderr()).not.toMatch(/\bat \S+:\d+|Error:|node:/u);
    expect(existsSync('x')).toBe(false);
  });

  test('a folder that cannot be written to gets one sentence, which names it and says what is wrong with it, and status 1', async () => {
    const refused = runCli(['--folder', '/dev/null/uploads', '--port', '0']);
    expect((await refused.ended).status).toBe(1);
    expect(refused.stderr()).toBe('The upload folder cannot be written to: /dev/null/uploads is a file, or would lie in one.\n');
  });
});

describe('SIGTERM', () => {
  test('E22: during uploads ends them with SHUTTING_DOWN and leaves nothing', async () => {
    const server = await startCli();
    const content = sampleBytes(2_000_000);
    const uploads = await Promise.all(['manifest', 'nothing'].map((by) => openSlowUpload(server, { content, by: by === 'manifest' ? 'manifest' : 'nothing' })));
    for (const upload of uploads) await upload.sendTo(1_000_000);
    await waitUntil('bytes of both in staging', async () => (await listStaging(server.folder)).filter(({ sizeBytes }) => sizeBytes > 0).length === 2);
    server.child.signal('SIGTERM');
    for (const upload of uploads) {
      const answer = await within(5000, 'the answer', upload.connection.answer);
      expect([answer.status, readFailureCode(answer), answer.headers['connection']]).toEqual([503, 'SHUTTING_DOWN', 'close']);
    }
    expect(await within(10_000, 'the end', server.child.ended)).toEqual({ status: 0, signal: null });
    expect(await listStaging(server.folder)).toEqual([]);
    expect(await listTree(server.folder)).toEqual(new Map());
  });

  test('E22: a second signal, the same or another, ends it at once with status 130, and what came of a resumable upload is kept; one SIGINT with nothing to do ends it with 0', async () => {
    const content = sampleBytes(2_000_000);
    let server = await startCli();
    for (const [first, again] of [['SIGTERM', 'SIGTERM'], ['SIGINT', 'SIGINT'], ['SIGTERM', 'SIGINT']] as const) {
      const name = `${first} ${again}`;
      await server.guest.send(buildForm([file(`${name} stored.bin`, content)]));
      const id = await startUpload(server.guest, content, 500_000, { filename: `${name}.bin` });
      const patch = await openPatch(server, id, 500_000, content.length);
      await patch.write(content.subarray(500_000, 1_000_000));
      await waitUntil('half of it on disk', async () => (await listStaging(server.folder)).some(({ sizeBytes }) => sizeBytes === 1_000_000));
      // Somebody who is in the middle of asking is waited for.
      const asking = await openRaw(server.port);
      await asking.write('GET /healthz HTTP/1.1\r\n');
      server.child.signal(first);
      // Heard: of two that are the same, the system would make one.
      await waitUntil(`the ${first} to be heard`, async () => !(await canConnect(server.port)));
      server.child.signal(again);
      expect(await within(2000, 'the end', server.child.ended), name).toEqual({ status: 130, signal: null });
      expect(server.child.stderr(), name).toContain('Stopped at once. What has arrived of uploads that can be resumed is kept.');
      server = await startCli({ folder: server.folder });
      const tus = createTusClient(server.guest);
      expect(offsetIn(await tus.head(id)), name).toBe(1_000_000);
      expect((await tus.patch(id, 1_000_000, content.subarray(1_000_000))).status, name).toBe(204);
    }
    server.child.signal('SIGINT');
    expect(await within(3000, 'the end', server.child.ended)).toEqual({ status: 0, signal: null });
    const names = ['SIGINT SIGINT', 'SIGTERM SIGINT', 'SIGTERM SIGTERM'].flatMap((name) => [`${name} stored.bin`, `${name}.bin`]);
    expect(await listTree(server.folder)).toEqual(new Map(names.map((name) => [name, sha256(content)])));
  }, 60_000);
});
