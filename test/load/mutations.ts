import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announced, buildAnnouncedForm, buildForm, field, file } from '../helpers/multipart.ts';
import { openRaw, requestHead } from '../helpers/raw-http.ts';
import { CHUNK_TYPE, encodeMetadata } from '../helpers/tus.ts';
import { within } from '../helpers/wait-until.ts';
import { CODE } from '../torture/server-process.ts';
import { megabytes, withBox, type Box, type LoadSite } from './box.ts';
import { atMost, exactly, truth, type Row } from './row.ts';
import { runTool } from './run-tool.ts';

const RATIO = '0.0005:0.02';
const SIDE_BY_SIDE = 8;
/** The queue's list and the pools still fill, 55 MB on a busy machine; a form that stays with its request is 26 kB, and these are 8000. */
const MOST_GROWN_MB = 100;
const PATIENCE_MS = 1000;
const ANSWER_WITHIN_MS = 45_000;

interface Valid {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const VALID: readonly Valid[] = [
  ...[
    { name: 'form', form: buildForm([file('a.txt', 'hello')], 'boundary') },
    { name: 'form of three parts', form: buildForm([field('note', 'x'), file('ä.txt', 'x'.repeat(3000)), file('b', '')], 'b') },
    { name: 'form with a manifest', form: buildAnnouncedForm([announced('one.bin', 'x'.repeat(500)), announced('two.bin', 'y', { folder: 'f/g' })]) },
    { name: 'form with odd names', form: buildForm([file('../../x', 'x'), file('con.txt', 'x')], '----WebKitFormBoundaryABC') },
  ].map(({ name, form }) => ({ name, path: '/api/uploads', headers: { 'Content-Type': form.contentType }, body: form.body })),
  {
    name: 'announcement', path: '/api/batches', headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify({ batch: 'b', files: Array.from({ length: 12 }, (_, index) => ({ id: `id-${index}`, name: `${index}.txt`, size: index, folder: 'f/g', modifiedAtMs: 1 })) })),
  },
];

/** zzuf changes bits in five valid bodies, then in whole requests, head and all; each goes over a connection of its own. */
export async function loadMutations(site: LoadSite, count: number): Promise<readonly Row[]> {
  const bodies = await withBox(site, [], async (box) => {
    const statuses: number[] = [];
    let warmBytes = 0;
    for (const valid of VALID) {
      statuses.push(...(await sendAll(box, await mutate(valid.body, count), (body) => Buffer.concat([headOf(box, valid, body.length), body]))));
      if (warmBytes === 0) warmBytes = await box.residentBytes();
    }
    return [...(await judge(box, `bodies, ${VALID.length} × ${count}`, statuses)), atMost(`memory grown after the first ${count}`, megabytes((await box.residentBytes()) - warmBytes), MOST_GROWN_MB, 'MB')];
  });
  const requests = await withBox(site, [], async (box) => {
    const statuses: number[] = [];
    const share = Math.ceil(count / VALID.length);
    for (const valid of [...VALID, tusCreation()]) statuses.push(...(await sendAll(box, await mutate(Buffer.concat([headOf(box, valid, valid.body.length), valid.body]), share, CODE), (request) => request)));
    return judge(box, `whole requests, ${VALID.length + 1} × ${share}`, statuses);
  });
  return [...bodies, ...requests];
}

function tusCreation(): Valid {
  const body = Buffer.from('hello');
  return { name: 'tus', path: '/api/tus', headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': String(body.length), 'Upload-Metadata': encodeMetadata({ filename: 'a.txt' }), 'Content-Type': CHUNK_TYPE }, body };
}

function headOf({ host }: Box, { path, headers }: Valid, length: number): Buffer {
  return Buffer.from(requestHead(`POST ${path} HTTP/1.1`, { Host: host, Authorization: `Bearer ${CODE}`, Connection: 'close', ...headers, 'Content-Length': length }));
}

/**
 * zzuf reads the file anew for each seed; it changes bits and no lengths, so that its output can be cut again.
 * @param untouched stays as it is: wrong codes would lock us out
 */
async function mutate(valid: Buffer, count: number, untouched = ''): Promise<readonly Buffer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-zzuf-'));
  try {
    const path = join(folder, 'valid');
    await writeFile(path, valid);
    const all = await runTool('zzuf', ['-s', `0:${count}`, '-r', RATIO, ...(untouched === '' ? [] : ['-b', rangesWithout(valid, untouched)]), 'cat', path]);
    if (all.length !== count * valid.length) throw new Error(`zzuf wrote ${all.length} bytes instead of ${count} × ${valid.length}`);
    return Array.from({ length: count }, (_, index) => all.subarray(index * valid.length, (index + 1) * valid.length));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function rangesWithout(valid: Buffer, untouched: string): string {
  const at = valid.indexOf(untouched);
  return `0-${at - 1},${at + untouched.length}-`;
}

async function sendAll(box: Box, mutations: readonly Buffer[], requestOf: (mutation: Buffer) => Buffer): Promise<readonly number[]> {
  const statuses: number[] = [];
  const left = [...mutations];
  const work = async (): Promise<void> => {
    for (let mutation = left.pop(); mutation !== undefined; mutation = left.pop()) statuses.push(await sendOne(box, requestOf(mutation)));
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return statuses;
}

/** @returns the status; 0 when the connection was closed without one */
async function sendOne(box: Box, request: Buffer): Promise<number> {
  const connection = await openRaw(box.port);
  await connection.write(request);
  // A length that was changed may ask for more than there is; an answer to what is whole comes at once.
  const ending = setTimeout(() => connection.socket.end(), PATIENCE_MS);
  // Closed without an answer is one that a request which is none may get.
  const status = await within(ANSWER_WITHIN_MS, 'an answer', connection.answer).then((answer) => answer.status, () => 0).finally(() => clearTimeout(ending));
  connection.socket.destroy();
  return status;
}

async function judge(box: Box, what: string, statuses: readonly number[]): Promise<readonly Row[]> {
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  const told = [...counts].toSorted(([one], [other]) => one - other).map(([status, count]) => `${count} × ${status === 0 ? 'closed' : status}`).join(', ');
  await box.callOff();
  const rows = await box.settle();
  return [truth(`${what}: answers`, statuses.length > 0, told, 'no 5xx'), exactly(`${what}: 5xx`, statuses.filter((status) => status >= 500).length, 0), ...rows];
}
