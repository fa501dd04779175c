import { createClient, type TestClient } from './client.ts';
import { readJson } from './http-answer.ts';
import { TEST_CODE } from './launch-server.ts';

/** Enters the code as the page of a new device does; the client then sends the token it got. */
export async function startSession(server: { readonly url: string }, userAgent = 'Mozilla/5.0 (test)', device?: string, code = TEST_CODE): Promise<TestClient> {
  const answer = await createClient(server.url, null).request('POST', '/api/session', {
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ code, device }),
  });
  const { token } = readJson(answer);
  if (typeof token !== 'string') throw new Error(`No token: ${answer.status} ${answer.text}`);
  return createClient(server.url, token);
}
