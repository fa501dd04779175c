import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as openRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { countOpenFiles } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, startUpload } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

/** Connections that are opened side by side; they are gone when the test ends. */
function openMany(count: number, port: number): { readonly sockets: readonly Socket[]; closed(): number } {
  let closed = 0;
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => undefined).on('close', () => (closed += 1)).resume());
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return { sockets, closed: () => closed };
}

describe('connections that bring nothing', () => {
  test('D11: 500 with slow headers are ended, and uploads beside them are stored', async () => {
    const server = await startTestServer({ connectionLimits: { headersTimeoutMs: 1500 } });
    const disk = await watchDisk(server);
    const { sockets, closed } = openMany(500, server.port);
    sockets.forEach((socket) => socket.write(`POST /api/uploads HTTP/1.1\r\nHost: ${server.host}\r\n`));
    const drip = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('X-a: b\r\n')), 200);
    onTestFinished(() => clearInterval(drip));
    const content = sampleBytes(500_000);
    const names = Array.from({ length: 8 }, (_, index) => `${index}.bin`);
    const answers = await Promise.all(names.map((name) => server.guest.send(buildForm([file(name, content)]))));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201));
    await waitUntil('the slow ones to be ended', () => closed() === 500, 15_000);
    await disk.expectDone(Object.fromEntries(names.map((name) => [name, content])));
  });

  test('D13: an answer that nobody reads is given up; one that is read slowly is not', async () => {
    const pageFolder = await mkdtemp(join(tmpdir(), 'slipway-page-'));
    onTestFinished(() => rm(pageFolder, { recursive: true }));
    await mkdir(join(pageFolder, 'assets'));
    await writeFile(join(pageFolder, 'index.html'), 'page');
    const large = Buffer.alloc(24 << 20, 'x');
    await writeFile(join(pageFolder, 'assets', 'large.js'), large);
    await writeFile(join(pageFolder, 'assets', 'small.js'), 'small');
    const server = await startTestServer({ pageFolder, connectionLimits: { answerTimeoutMs: 1000 } });
    const atRest = await countOpenFiles();
    const head = requestHead('GET /assets/large.js HTTP/1.1', { Host: server.host });
    const [still, eager, slow] = [connect(server.port, '127.0.0.1').pause(), connect(server.port, '127.0.0.1').pause(), connect(server.port, '127.0.0.1')];
    let read = 0;
    slow.on('data', (piece: Buffer) => (read += piece.length));
    const beganMs = performance.now();
    // A mouthful every 50 ms; with the buffers on the way it takes several times the limit.
    const mouthful = setInterval(() => (read < ((performance.now() - beganMs) / 2500) * large.length ? slow.resume() : slow.pause()), 50);
    onTestFinished(() => clearInterval(mouthful));
    for (const socket of [still, slow]) socket.on('error', () => undefined).write(head);
    // Asks for several at once; the first fits into the buffers on the way.
    eager.on('error', () => undefined).write(`${requestHead('GET /assets/small.js HTTP/1.1', { Host: server.host })}${head}`);
    await waitUntil('the slow one to have all of it', () => read >= large.length, 15_000);
    slow.destroy();
    // What is left is our own end of those that are not read.
    await waitUntil('the server to give the others up', async () => (await countOpenFiles()) <= atRest + 2);
    still.destroy();
    eager.destroy();
  });

  test('D15: 2,000 idle ones of one address leave room for others, and for this computer', async () => {
    const server = await startTestServer({ connectionLimits: { headersTimeoutMs: 60_000 } });
    const lan = await server.running.openLan({ host: '0.0.0.0', port: 0 });
    const lanPort = Number(new URL(lan.addresses[0] ?? '').port);
    let open = 0;
    // In waves that fit into the queue of what waits to be accepted; beyond it, the kernel lets seconds pass before it tries again.
    for (let wave = 0; wave < 10; wave += 1) {
      const { closed } = openMany(200, lanPort);
      await waitUntil('all but those that one address may have to be ended', () => 200 - closed() + open <= 32);
      open += 200 - closed();
    }
    expect(open).toBe(32);
    const form = buildForm([file('a.txt', 'a')]);
    expect((await server.guest.send(form)).status).toBe(201);
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${lan.code.replaceAll(' ', '')}`, 'content-type': form.contentType };
      openRequest({ host: '127.0.0.1', port: lanPort, localAddress: '127.0.0.2', agent: false, method: 'POST', path: '/api/uploads', headers }, (answer) => resolve(answer.resume().statusCode)).once('error', reject).end(form.body);
    });
    expect(status).toBe(201);
  });

  test('D17: thousands of requests over one connection end it in between, and open nothing', async () => {
    const server = await startTestServer();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const atRest = await countOpenFiles();
    const ports = new Set<number>();
    for (let turn = 0; turn < 1500; turn += 1) {
      const status = await new Promise((resolve, reject) => {
        const asked = openRequest(`${server.url}/healthz`, { agent }, (answer) => {
          ports.add(answer.socket.localPort ?? 0);
          answer.resume().once('end', () => resolve(answer.statusCode));
        });
        asked.once('error', reject).end();
      });
      expect(status).toBe(200);
    }
    expect(ports.size).toBe(2);
    expect(await countOpenFiles()).toBeLessThanOrEqual(atRest + 2);
  });
});

describe('uploads', () => {
  test('D16: beyond as many as may come at once are told to come again; those that end make room', async () => {
    const server = await startTestServer({ maxUploads: 2 });
    const content = sampleBytes(200_000);
    const id = await startUpload(server.guest, content, 1000);
    const disk = await watchDisk(server);
    const running = [await openSlowUpload(server, { content, name: '1.bin' }), await openSlowUpload(server, { content, name: '2.bin', by: 'nothing' })];
    await Promise.all(running.map((upload) => upload.sendTo(100_000)));
    await waitUntil('both to run', async () => (await server.guest.records()).filter(({ name, received }) => /^[12]\.bin$/u.test(name) && received > 0).length === 2);
    const form = buildForm([file('more.txt', 'x')]);
    for (const answer of [await server.guest.post('/api/uploads', form), await server.guest.post('/uploadfile', form), await createTusClient(server.guest).patch(id, 1000, content.subarray(1000))]) {
      expect([answer.status, readFailureCode(answer), answer.headers['retry-after']]).toEqual([429, 'TOO_MANY_UPLOADS', '5']);
    }
    for (const upload of running) expect((await upload.finish()).status).toBe(201);
    expect((await createTusClient(server.guest).patch(id, 1000, content.subarray(1000))).status).toBe(204);
    await disk.expectDone({ '1.bin': content, '2.bin': content, 'file.bin': content });
  });

  test('I7: 64 connections of mixed work get no server error, and all that is whole is stored', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const stored: Record<string, Buffer> = {};
    const statuses: number[] = [];
    const work = async (worker: number): Promise<void> => {
      for (let turn = 0; turn < 6; turn += 1) {
        const name = `${worker}-${turn}.bin`;
        const content = sampleBytes(20_000 + worker * 100 + turn, worker * 7 + turn + 1);
        const kind = (worker + turn) % 6;
        if (kind === 0) statuses.push((await server.guest.post('/api/uploads', buildForm([file(name, content)]))).status);
        else if (kind === 1) statuses.push((await server.guest.post('/uploadfile', buildForm([file(name, content)]))).status);
        else if (kind === 2) statuses.push((await tus.create({ size: content.length, metadata: { filename: name }, body: content })).status);
        else if (kind === 3) statuses.push((await server.guest.request('GET', '/api/uploads')).status);
        else if (kind === 4) statuses.push((await server.guest.post('/api/uploads', { contentType: 'multipart/form-data; boundary=b', body: content, spans: [] })).status);
        else {
          const upload = await openSlowUpload(server, { content, name });
          await upload.sendTo(10_000);
          upload.connection.reset();
        }
        if (kind < 3) stored[name] = content;
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, worker) => work(worker)));
    const counted = (status: number): number => statuses.filter((each) => each === status).length;
    expect([counted(201) + counted(200) + counted(400), statuses.filter((status) => status >= 500)]).toEqual([statuses.length, []]);
    await disk.expectDone(stored);
  });
});

test('the code that lets guests in is asked for also when there is no room', async () => {
  const server = await startTestServer({ maxUploads: 0 });
  expect((await server.stranger.post('/api/uploads', buildForm([file('a.txt', 'a')]))).status).toBe(401);
});
