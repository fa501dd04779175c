// Proof that the server's memory does not grow with what it receives: sends one large file of holes through curl and prints how much
// the server's resident memory grew meanwhile. Not part of the tests, because it writes as many bytes as it is told.
//
//   node test/bench/memory.mjs [--gib 10] [--folder DIR]
//
// The folder needs that much room; without one, the system's folder for temporary files is used. Ends with status 1 when the growth
// is 100 MiB or more, or when the file did not arrive whole.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MOST_GROWTH_BYTES = 100 * 2 ** 20;
const SAMPLE_EVERY_MS = 100;
const MIB = 2 ** 20;
const CLI = fileURLToPath(new URL('../../out/server/cli.js', import.meta.url));

const { gib, folder } = parseArgs({ options: { gib: { type: 'string', default: '10' }, folder: { type: 'string', default: tmpdir() } } }).values;
const sizeBytes = Math.round(Number(gib) * 2 ** 30);
if (!(sizeBytes > 0 && sizeBytes <= 64 * 2 ** 30)) throw new Error('--gib takes a number up to 64.');

const { bavail, bsize } = await statfs(folder);
if (bavail * bsize < sizeBytes + 2 ** 30) throw new Error(`${folder} has no room for ${gib} GiB.`);

const home = await mkdtemp(join(folder, 'slipway-memory-'));
const server = spawn(process.execPath, [CLI, '--folder', join(home, 'uploads'), '--port', '0', '--json', '--open'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const { url, pid } = JSON.parse(line);
  await sendWithCurl(url, await sparseFile(1, 'warm-up.bin'));
  const before = await residentBytes(pid);

  let peak = before;
  const sampling = setInterval(async () => {
    peak = Math.max(peak, await residentBytes(pid).catch(() => 0));
  }, SAMPLE_EVERY_MS);
  const beganMs = performance.now();
  const status = await sendWithCurl(url, await sparseFile(sizeBytes, 'large.bin'));
  const seconds = (performance.now() - beganMs) / 1000;
  clearInterval(sampling);

  const arrived = (await stat(join(home, 'uploads', 'large.bin')).catch(() => ({ size: 0 }))).size;
  const growth = peak - before;
  console.log(`sent ${gib} GiB in ${seconds.toFixed(1)} s (${Math.round(sizeBytes / MIB / seconds)} MiB/s), status ${status}, ${arrived === sizeBytes ? 'whole' : `only ${arrived} bytes`}`);
  console.log(`memory: ${Math.round(before / MIB)} MiB before, ${Math.round(peak / MIB)} MiB at most, grown by ${Math.round(growth / MIB)} MiB`);
  process.exitCode = status === 201 && arrived === sizeBytes && growth < MOST_GROWTH_BYTES ? 0 : 1;
} finally {
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  await rm(home, { recursive: true, force: true });
}

/** A file of holes: its bytes are read as zeros and take no room. */
async function sparseFile(size, name) {
  const path = join(home, name);
  const handle = await open(path, 'w');
  await handle.truncate(size);
  await handle.close();
  return path;
}

async function sendWithCurl(url, path) {
  const curl = spawn('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-F', `file=@${path}`, `${url}/api/uploads`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = '';
  curl.stdout.on('data', (text) => (heard += text));
  await once(curl, 'close');
  return Number(heard);
}

async function residentBytes(pid) {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024;
}
