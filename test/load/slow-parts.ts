import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTusClient, encodeMetadata, offsetIn, stagedPath } from '../helpers/tus.ts';
import { CODE } from '../torture/server-process.ts';
import { withBox, type Box, type LoadSite } from './box.ts';
import { exactly, truth, type Row } from './row.ts';
import { countAnswered, keepSlow } from './slow-connections.ts';

/** The server's usual limits (server/config.ts), each with the interval in which it is looked at. */
const HEADERS_MS = 15_000 + 5000;
const STALL_MS = 30_000 + 3000;
/**
 * Looked at every 7.5 s until its timer is set, which runs once more when a part of what waits has left since (net.Socket does so); what
 * fits into the system's buffers ends with the idle time of a connection instead.
 */
const ANSWER_MS = 2 * 30_000 + 7500;
/** A busy machine may look a little later. */
const SLACK_MS = 2000;

const DEBUG = ['--log-level', 'debug'];

/** `slowhttptest -H`: heads that never end. */
export function loadSlowHeads(site: LoadSite): Promise<readonly Row[]> {
  return withBox(site, DEBUG, async (box) => [
    ...(await keepSlow(box, { count: 500, args: ['-H', '-i', '5', '-l', '60', '-x', '24'], path: '/api/uploads', goneWithinMs: HEADERS_MS + SLACK_MS })),
    ...(await box.settle()),
  ]);
}

/** `slowhttptest -B`: bodies of some bytes every ten seconds; of a form nothing stays, of a resumable upload all that came. */
export async function loadSlowBodies(site: LoadSite): Promise<readonly Row[]> {
  const count = 100;
  const form = await withBox(site, DEBUG, async (box) => [
    ...(await keepSlow(box, { count, args: slowBody('multipart/form-data; boundary=x'), path: '/api/uploads', goneWithinMs: STALL_MS + SLACK_MS })),
    exactly('answered 408', countAnswered(box, 'POST', '/api/uploads', 408), count),
    ...(await box.settle()),
  ]);
  const headers = ['application/offset+octet-stream', 'Tus-Resumable: 1.0.0', `Upload-Length: ${BODY_BYTES}`, `Upload-Metadata: ${encodeMetadata({ filename: 'slow.bin' })}`].join('\r\n');
  const tus = await withBox(site, DEBUG, async (box) => [
    ...(await keepSlow(box, { count, args: slowBody(headers), path: '/api/tus', goneWithinMs: STALL_MS + SLACK_MS })),
    exactly('answered 408', countAnswered(box, 'POST', '/api/tus', 408), count),
    ...(await judgeKept(box, count)),
    ...(await box.settle({ keptUploads: count })),
  ]);
  return [...form.map((row) => ({ ...row, what: `form: ${row.what}` })), ...tus.map((row) => ({ ...row, what: `tus: ${row.what}` }))];
}

/** `slowhttptest -X`: answers of which a byte a minute is read; asked for again and again, so that they fit into no buffer. */
export function loadSlowReaders(site: LoadSite): Promise<readonly Row[]> {
  return withBox(site, DEBUG, async (box) => [
    ...(await keepSlow(box, { count: 200, args: ['-X', '-l', '120', '-w', '1', '-y', '1', '-n', '60', '-z', '1', '-k', '10'], seesTheEnd: false, path: await largestAsset(site.root), goneWithinMs: ANSWER_MS + SLACK_MS })),
    ...(await box.settle()),
  ]);
}

const BODY_BYTES = 1_000_000;

/** The program writes this header as it stands, so that others can follow in it. */
function slowBody(contentType: string): readonly string[] {
  return ['-B', '-t', 'POST', '-i', '10', '-l', '90', '-x', '16', '-s', String(BODY_BYTES), '-f', `${contentType}\r\nAuthorization: Bearer ${CODE}`];
}

/** Each can be resumed from where its bytes on the disk end. */
async function judgeKept(box: Box, count: number): Promise<readonly Row[]> {
  const kept = (await box.guest.records()).filter(({ state }) => state === 'interrupted');
  const tus = createTusClient(box.guest);
  let [right, bytes] = [0, 0];
  for (const { id } of kept) {
    const { size } = await stat(stagedPath(box.folder, id, 'part'));
    bytes += size;
    if (offsetIn(await tus.head(id)) === size) right += 1;
  }
  return [exactly('kept, to be resumed at their last byte', right, count), truth('bytes kept of them', bytes > 0, `${bytes}`, '> 0')];
}

async function largestAsset(root: string): Promise<string> {
  const folder = join(root, 'out', 'renderer', 'page', 'assets');
  const files = await Promise.all((await readdir(folder)).map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
  return `/assets/${files.toSorted((one, other) => other.bytes - one.bytes)[0]?.name ?? ''}`;
}
