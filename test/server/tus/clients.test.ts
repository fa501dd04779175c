import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DefaultHttpStack, Upload, type UploadOptions } from 'tus-js-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';
import { findTool, isSkipped } from '../../helpers/tools.ts';
import { encodeMetadata } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const run = promisify(execFile);

function options(server: TestServer, more: UploadOptions = {}): UploadOptions {
  return {
    endpoint: `${server.url}/api/tus`,
    headers: { Authorization: `Bearer ${server.guest.token}` },
    metadata: { filename: 'clip.mp4' },
    // No connection lingers when a test counts what is left open.
    httpStack: new DefaultHttpStack({ agent: new Agent({ keepAlive: false }) }),
    retryDelays: [10, 10, 10, 10, 10],
    ...more,
  };
}

/** Runs an upload to its end; `begin` may hold on to it meanwhile. */
async function finish(content: Buffer, uploadOptions: UploadOptions, begin: (upload: Upload) => void = (upload) => upload.start()): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const upload: Upload = new Upload(content, { ...uploadOptions, onError: reject, onSuccess: () => resolve(upload) });
    begin(upload);
  });
}

describe('tus-js-client', () => {
  test.each([
    ['in one request', {}],
    ['in chunks', { chunkSize: 300_000 }],
    ['with the creation', { uploadDataDuringCreation: true }],
    ['with the creation, in chunks', { uploadDataDuringCreation: true, chunkSize: 300_000 }],
  ] satisfies [string, UploadOptions][])('uploads %s', async (_how, more) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = sampleBytes(1_000_000);
    await finish(content, options(server, more));
    await disk.expectDone({ 'clip.mp4': content });
  });

  test('E15: uploads nothing as an empty file', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    await finish(Buffer.alloc(0), options(server));
    await disk.expectDone({ 'clip.mp4': '' });
  });

  test('E21: pauses and goes on, over and over', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = sampleBytes(1_000_000);
    let url: string | null = null;
    for (let chunk = 1; chunk <= 49; chunk += 1) {
      const paused: Upload = await new Promise((resolve, reject) => {
        const upload: Upload = new Upload(content, options(server, {
          ...(url === null ? {} : { uploadUrl: url }),
          chunkSize: 20_000,
          onError: reject,
          onChunkComplete: () => void upload.abort().then(() => resolve(upload)),
        }));
        upload.start();
      });
      url = paused.url;
    }
    const first = url ?? '';
    const last = await finish(content, options(server, { uploadUrl: first }));
    expect(last.url).toBe(first);
    await disk.expectDone({ 'clip.mp4': content });
  });

  test('is aborted and terminated: nothing stays', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    await new Promise<void>((resolve, reject) => {
      const upload: Upload = new Upload(sampleBytes(1_000_000), options(server, {
        chunkSize: 100_000,
        onError: reject,
        onChunkComplete: () => void upload.abort(true).then(resolve, reject),
      }));
      upload.start();
    });
    await disk.expectClean();
  });
});

describe.skipIf(isSkipped('curl'))('curl', () => {
  test('creates, asks and sends the rest', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const temp = await makeTempFolder();
    onTestFinished(() => temp.remove());
    const content = sampleBytes(700_000);
    await writeFile(join(temp.path, 'rest.bin'), content.subarray(200_000));
    await writeFile(join(temp.path, 'first.bin'), content.subarray(0, 200_000));
    const curl = async (...args: readonly string[]): Promise<string> =>
      (await run(findTool('curl'), ['-sS', '-i', '--max-time', '10', '-u', `:${TEST_CODE}`, '-H', 'Tus-Resumable: 1.0.0', ...args])).stdout;
    const sent = (name: string, offset: number): string[] =>
      ['-X', 'PATCH', '-H', 'Content-Type: application/offset+octet-stream', '-H', `Upload-Offset: ${offset}`, '--data-binary', `@${join(temp.path, name)}`];

    // As people type it: no body, and no Content-Length either.
    const created = await curl('-X', 'POST', '-H', `Upload-Length: ${content.length}`, '-H', `Upload-Metadata: ${encodeMetadata({ filename: 'clip.mp4' })}`, `${server.url}/api/tus`);
    expect(created).toMatch(/^HTTP\/1.1 201/u);
    const location = /^location: (\/\S+)/imu.exec(created)?.[1] ?? '';
    expect(await curl(...sent('first.bin', 0), server.url + location)).toMatch(/204[^]*upload-offset: 200000\r/iu);
    expect(await curl('-I', server.url + location)).toMatch(/200[^]*upload-offset: 200000\r/iu);
    expect(await curl(...sent('rest.bin', 200_000), server.url + location)).toMatch(/204[^]*upload-offset: 700000\r/iu);
    await disk.expectDone({ 'clip.mp4': content });
  });
});
