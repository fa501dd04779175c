import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { Failure } from '../../../server/failure.ts';
import { Ledger } from '../../../server/uploads/queue/ledger.ts';
import { openProgressCache } from '../../../server/uploads/progress/progress-cache.ts';
import { createRecollect } from '../../../server/uploads/recollect.ts';
import { receiveUpload } from '../../../server/uploads/reception.ts';
import { openUploadFolder } from '../../../server/uploads/folder/upload-folder.ts';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';

const NOTHING = (): undefined => undefined;
const CONTENT = sampleBytes(50_000);

/** Receives one file whose form breaks off in the moment when all its bytes are on disk. */
async function receiveCutAtTheEnd(isAnnounced: boolean) {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const folder = await openUploadFolder(temp.path);
  const cache = await openProgressCache('memory:', NOTHING);
  onTestFinished(() => cache.stop());
  const ledger = new Ledger(cache, NOTHING);
  const form = new AbortController();
  const cutting = {
    ...folder,
    stage: async () => {
      const staged = await folder.stage();
      const seal = (mode: number): Promise<void> => {
        form.abort(new Failure('UPLOAD_ABORTED'));
        return staged.seal(mode);
      };
      return { path: staged.path, append: staged.append.bind(staged), discard: staged.discard.bind(staged), seal };
    },
  };
  const sender = { id: 'sender', name: 'Phone', kind: 'page' } as const;
  const announced = isAnnounced ? { id: 'one', name: 'photo.jpg', size: CONTENT.length } : undefined;
  const progress = ledger.openBatch('batch', sender.id, null);
  const order = { sender, batch: 'batch', rawName: 'photo.jpg', announced, stream: Readable.from([CONTENT]), signal: form.signal, progress, duplicates: 'keep-both' as const };
  const arrival = await receiveUpload(order, { ledger, folder: cutting, recollect: createRecollect(ledger, () => folder), maxFileBytes: Number.MAX_SAFE_INTEGER });
  const record = arrival.kind === 'ended' ? arrival.record : await arrival.publish();
  return { record, tree: [...(await listTree(temp.path)).keys()], staging: await listStaging(temp.path) };
}

test('a file that stands for itself and is all here is stored, though its form breaks off', async () => {
  const { record, tree, staging } = await receiveCutAtTheEnd(true);
  expect([record.state, tree, staging]).toEqual(['stored', ['photo.jpg'], []]);
});

test('a file of a form that is the unit falls with it', async () => {
  const { record, tree, staging } = await receiveCutAtTheEnd(false);
  expect([record.failure?.code, tree, staging]).toEqual(['UPLOAD_ABORTED', [], []]);
});

test.each([['the disk', 20_000, 30_000, 'FILE_TOO_LARGE_FOR_DISK', 20_000], ['the owner', 30_000, 20_000, 'FILE_TOO_LARGE', 20_000]] as const)('a file of unknown size that is more than %s takes is told so', async (_who, diskBytes, ownerBytes, code, limit) => {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const folder = { ...(await openUploadFolder(temp.path)), maxFileBytes: diskBytes };
  const ledger = new Ledger(await openProgressCache('memory:', NOTHING), NOTHING);
  const sender = { id: 'sender', name: 'Phone', kind: 'page' } as const;
  const order = { sender, batch: 'batch', rawName: 'photo.jpg', announced: undefined, stream: Readable.from([CONTENT]), signal: new AbortController().signal, progress: ledger.openBatch('batch', sender.id, null), duplicates: 'keep-both' as const };
  const arrival = await receiveUpload(order, { ledger, folder, recollect: createRecollect(ledger, () => folder), maxFileBytes: ownerBytes });
  expect(arrival).toMatchObject({ kind: 'ended', record: { state: 'failed', failure: { code, limit } } });
  expect([[...(await listTree(temp.path)).keys()], await listStaging(temp.path)]).toEqual([[], []]);
});
