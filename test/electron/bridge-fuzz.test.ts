import fc from 'fast-check';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createApiAnswerer } from '../../electron/main/ipc/answer-api.ts';
import { fuzzRuns, fuzzTimeoutMs, mostly, oddText } from '../helpers/fuzz.ts';
import { OWNER_TOKEN } from '../helpers/launch-server.ts';
import { startTestServer } from '../helpers/start-server.ts';

/** Somebody to whom no request may ever come. */
async function startStranger(): Promise<{ readonly port: number; calls(): number }> {
  let calls = 0;
  const stranger = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void stranger.close());
  const address = stranger.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, calls: () => calls };
}

test('J3: whatever the window asks for goes to our own API or nowhere, and never rejects', async () => {
  const server = await startTestServer();
  const stranger = await startStranger();
  const answerer = createApiAnswerer({ url: server.url, ownerToken: OWNER_TOKEN, onDelete: () => () => undefined });
  const evil = `127.0.0.1:${stranger.port}`;
  const evilStart = fc.constantFrom(`//${evil}/api/`, `/\\${evil}/api/`, `http://${evil}/api/`, `http:${evil}/api/`, `//me@${evil}/api/`, `/api/..//${evil}/`, '/api/%2e%2e/', '/api/../', 'file:///api/', `\\\\${evil}\\api\\`, `${server.url}@${evil}/api/`, '');
  const start = mostly(fc.constantFrom('/api/', '/api/uploads', '/api/uploads?since=', '/api/server'), evilStart);
  const name = fc.constantFrom('content-type', 'accept', 'x-progress-id', 'host', 'authorization', 'origin', 'cookie', 'transfer-encoding', '__proto__', 'Accept\r\nHost', '');
  const ask = fc.record({
    id: mostly(fc.uuid(), fc.anything()),
    method: mostly(fc.constantFrom('GET', 'POST', 'DELETE'), fc.anything()),
    path: mostly(fc.tuple(start, mostly(fc.constant(''), oddText)).map((parts) => parts.join('')), fc.anything()),
    headers: mostly(fc.constantFrom({}, { 'content-type': 'application/json' }), fc.dictionary(name, mostly(oddText, fc.anything()), { maxKeys: 3 })),
    body: mostly(fc.constantFrom(null, '{}', '{"files":[]}'), fc.oneof(oddText, fc.anything())),
  });
  const seen = { passed: 0, denied: 0 };
  await fc.assert(
    fc.asyncProperty(mostly(ask, fc.anything()), async (asked) => {
      answerer.abort({ id: 'nobody' });
      const answer = await answerer.answer(asked);
      if (answer.ok) {
        expect(answer.response.status).toBeLessThan(500);
        seen.passed += 1;
      } else {
        expect(answer.failure.code).toBe('BRIDGE_REQUEST_DENIED');
        seen.denied += 1;
      }
    }),
    { numRuns: fuzzRuns(1500) },
  );
  expect(stranger.calls()).toBe(0);
  // Neither all doors closed nor all open.
  expect([seen.passed > 50, seen.denied > 50]).toEqual([true, true]);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
}, fuzzTimeoutMs(60_000));
