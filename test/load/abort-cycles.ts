import { sampleBytes } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { createTusClient, openPatch, startUpload } from '../helpers/tus.ts';
import { megabytes, withBox, type Box, type LoadSite } from './box.ts';
import { atMost, exactly, type Row } from './row.ts';

const CONTENT = sampleBytes(1_000_000);
/** They fill what is kept once and for all: pools, compiled code, the queue's list. */
const WARM_UP_CYCLES = 300;

/** Uploads that are cut in the middle, by forms with and without a manifest and by tus, one after the other. */
export function loadAborts(site: LoadSite, cycles: number): Promise<readonly Row[]> {
  return withBox(site, [], async (box) => {
    await abortMany(box, WARM_UP_CYCLES);
    await box.settle();
    const before = await box.residentBytes();
    await abortMany(box, cycles);
    const rows = await box.settle();
    const stored = (await box.guest.records()).filter(({ state }) => state === 'stored').length;
    return [
      atMost(`memory grown in ${cycles} cycles`, megabytes((await box.residentBytes()) - before), 20, 'MB'),
      exactly('files that came out of them', stored, 0),
      ...rows,
    ];
  });
}

async function abortMany(box: Box, cycles: number): Promise<void> {
  const tus = createTusClient(box.guest);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    // Never all of it: that would be an upload.
    const cutAt = (cycle * 99_991) % (CONTENT.length - 2000);
    if (cycle % 3 === 2) {
      const id = await startUpload(box.guest, CONTENT, 1000);
      const connection = await openPatch(box, id, 1000, CONTENT.length);
      await connection.write(CONTENT.subarray(1000, 1000 + cutAt));
      connection.reset();
      await tus.terminate(id);
    } else {
      const upload = await openSlowUpload(box, { content: CONTENT, by: cycle % 3 === 0 ? 'manifest' : 'nothing' });
      await upload.sendTo(cutAt);
      upload.connection.reset();
    }
  }
}
