import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';

const MOST_SECONDS = '180';

/** Sends a file as a form. */
export async function sendForm(url, path) {
  await curl(['-F', `file=@${path}`, url]);
}

/** Sends a file as the body of a PUT. */
export async function sendPut(url, path) {
  await curl(['-T', path, url]);
}

/** Sends a file over tus: one creation, one PATCH. */
export async function sendTus(url, path, size) {
  const name = Buffer.from(basename(path)).toString('base64');
  const version = ['-H', 'Tus-Resumable: 1.0.0'];
  const answer = await curl(['-X', 'POST', ...version, '-H', `Upload-Length: ${size}`, '-H', `Upload-Metadata: filename ${name}`, url]);
  const location = /^location: *(\S+)/im.exec(answer)?.[1];
  if (location === undefined) throw new Error(`${url} named no upload`);
  const chunk = ['-H', 'Content-Type: application/offset+octet-stream', '-H', 'Upload-Offset: 0'];
  await curl(['-X', 'PATCH', ...version, ...chunk, '-T', path, new URL(location, url).href]);
}

/** @returns the head of the answer. @throws Error when the server does not take it */
async function curl(args) {
  // Nobody is asked beforehand: a round trip that only some of the peers would need.
  const child = spawn('curl', ['-sS', '--fail-with-body', '--max-time', MOST_SECONDS, '-H', 'Expect:', '-D', '-', '-o', '/dev/null', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let head = '';
  child.stdout.on('data', (text) => (head += text));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`curl ended with ${status}: ${head.split('\n', 1)[0]}`);
  return head;
}
