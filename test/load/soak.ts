import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { STAGING_NAME } from '../helpers/disk.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { createTusClient, openPatch, startUpload } from '../helpers/tus.ts';
import { createRandom, type Random } from '../torture/random.ts';
import { megabytes, withBox, type Box, type LoadSite } from './box.ts';
import { atMost, exactly, truth, type Row } from './row.ts';

const SENDERS = 4;
const ABORTED_SHARE = 0.2;
const CONTENT = sampleBytes(2_000_000);
const SAMPLE_EVERY_MS = 1000;
const CLEAR_EVERY_MS = 2000;
/** The longest lists hold 20,000, and quick-lru lets go only when there are twice as many; until then they grow as they should. */
const REMEMBERED = 40_000;
const A_FORM_HOLDS = 2000;
/** Before that, pools fill and code is compiled. */
const WARM_UP_SHARE = 0.25;

interface Sample {
  readonly minute: number;
  readonly bytes: number;
}

interface Tally {
  whole: number;
  aborted: number;
  readonly refused: number[];
}

/** Uploads by all roads, a fifth of them aborted, for as long as one likes; memory must not grow with them. */
export function loadSoak(site: LoadSite, minutes: number): Promise<readonly Row[]> {
  return withBox(site, [], async (box) => {
    await fillLists(box);
    const tally: Tally = { whole: 0, aborted: 0, refused: [] };
    const [beganMs, samples]: [number, Sample[]] = [performance.now(), []];
    const minute = (): number => (performance.now() - beganMs) / 60_000;
    const sampling = setInterval(() => void box.residentBytes().then((bytes) => samples.push({ minute: minute(), bytes })), SAMPLE_EVERY_MS);
    const clear = createClearing(box.folder);
    const clearing = setInterval(() => void clear(), CLEAR_EVERY_MS);
    const send = async (sender: number): Promise<void> => {
      const random = createRandom(sender);
      while (minute() < minutes) await sendOne(box, random, tally);
    };
    await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender))).finally(() => [sampling, clearing].forEach((timer) => clearInterval(timer)));
    const late = samples.filter((sample) => sample.minute > WARM_UP_SHARE * minutes);
    const all = tally.whole + tally.aborted;
    return [
      truth(`uploads in ${minutes} minutes`, tally.whole > 0 && tally.aborted > 0, `${all}, ${((tally.aborted / all) * 100).toFixed(0)} % aborted`, 'some'),
      exactly('refused', tally.refused.length, 0),
      atMost('memory grows a minute by', megabytes(slope(late)), 1, 'MB'),
      truth('memory', true, `${megabytes(late[0]?.bytes ?? 0).toFixed(0)} → ${megabytes(late.at(-1)?.bytes ?? 0).toFixed(0)} MB, at most ${megabytes(Math.max(...samples.map(({ bytes }) => bytes))).toFixed(0)} MB`, 'told'),
      ...(await box.settle()),
    ];
  });
}

/**
 * The owner takes away what arrived: the disk of whoever runs this is not endless. Only what was there at the last look: of a file that
 * goes in the moment in which it gets its name, the server keeps the other one, in staging, until its next start.
 */
function createClearing(folder: string): () => Promise<void> {
  let seen: ReadonlySet<string> = new Set();
  return async () => {
    const names = (await readdir(folder)).filter((name) => name !== STAGING_NAME);
    for (const name of names) if (seen.has(name)) await rm(join(folder, name), { force: true });
    seen = new Set(names);
  };
}

async function fillLists({ guest }: Box): Promise<void> {
  for (let sent = 0; sent < REMEMBERED; sent += A_FORM_HOLDS) {
    await guest.send(buildForm(Array.from({ length: A_FORM_HOLDS }, (_, index) => file(`${sent + index}.txt`, 'x'))));
  }
}

async function sendOne(box: Box, random: Random, tally: Tally): Promise<void> {
  const content = CONTENT.subarray(0, random.int(1, CONTENT.length));
  const cutAt = random.chance(ABORTED_SHARE) ? random.int(0, content.length - 1) : null;
  if (cutAt === null) tally.whole += 1;
  else tally.aborted += 1;
  const status = random.chance(0.4) ? await sendByTus(box, content, cutAt) : await sendByForm(box, content, cutAt, random.chance(0.5) ? 'manifest' : 'nothing');
  if (status !== null && status >= 300) tally.refused.push(status);
}

async function sendByForm(box: Box, content: Buffer, cutAt: number | null, by: 'manifest' | 'nothing'): Promise<number | null> {
  const upload = await openSlowUpload(box, { content, by, name: 'soak.bin' });
  if (cutAt === null) return (await upload.finish()).status;
  await upload.sendTo(cutAt);
  upload.connection.reset();
  return null;
}

async function sendByTus(box: Box, content: Buffer, cutAt: number | null): Promise<number | null> {
  const tus = createTusClient(box.guest);
  const id = await startUpload(box.guest, content, 0);
  if (cutAt === null) return (await tus.patch(id, 0, content)).status;
  const connection = await openPatch(box, id, 0, content.length);
  await connection.write(content.subarray(0, cutAt));
  connection.reset();
  return (await tus.terminate(id)).status;
}

/** Bytes a minute, by least squares. */
function slope(samples: readonly Sample[]): number {
  const mean = (pick: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
  const [middle, level] = [mean(({ minute }) => minute), mean(({ bytes }) => bytes)];
  const spread = samples.reduce((sum, { minute }) => sum + (minute - middle) ** 2, 0);
  return samples.reduce((sum, { minute, bytes }) => sum + (minute - middle) * (bytes - level), 0) / spread;
}
