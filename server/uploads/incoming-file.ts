import type { Readable } from 'node:stream';
import type { FileDigest, UploadRecord } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import { PROGRESS_INTERVAL_MS } from './progress/batch-progress.ts';
import { diskFailure } from './folder/disk-failure.ts';
import { checkDigest, type CheckedDigest } from './hash/check-digest.ts';
import { algorithmOf } from './hash/file-digest.ts';
import { FileHash } from './hash/file-hash.ts';
import type { PublishRule } from './naming/place-by-rule.ts';
import { policyAt, type Placement } from './naming/placement.ts';
import { receiveBytes } from './receive-bytes.ts';
import type { StagedFile } from './folder/staged-file.ts';
import { storedRecord } from './queue/stored-record.ts';
import { createThrottle } from './progress/throttle.ts';
import type { FileToPublish } from './folder/publish-files.ts';
import { PUBLISHED_MODE, type PublishedFile } from './folder/published-file.ts';
import type { UploadFolder } from './folder/upload-folder.ts';

/** What an incoming file tells on its way. */
export interface IncomingListener {
  onReceived(received: number): void;
  onFinishing(received: number): void;
}

interface IncomingOptions {
  readonly folder: UploadFolder;
  readonly placement: Placement;
  readonly record: UploadRecord;
  /** What its sender says that its hash is. */
  readonly told: FileDigest | undefined;
  readonly maxBytes: number;
  /** Ends it while bytes come. */
  readonly signal: AbortSignal;
  /** Ends it also when they are all here. */
  readonly lastWord: AbortSignal;
  readonly listener: IncomingListener;
}

/** A file whose bytes are all here, durable and checked, but not yet visible. */
export interface ArrivedFile {
  /** Bytes. */
  readonly received: number;
  readonly digest: CheckedDigest;
  /** @param record as it stands @throws Failure; then nothing is left of the file */
  publish(record: UploadRecord, rule: PublishRule): Promise<PublishedFile>;
  discard(): Promise<void>;
}

/**
 * Takes in the bytes of one file: staging, count and hash, both checked, fsync.
 * @throws Failure; then nothing is left of the file, and the stream goes on into nothing
 */
export async function receiveFile(stream: Readable, options: IncomingOptions): Promise<ArrivedFile> {
  const { folder, placement, record, told, lastWord, listener } = options;
  const staged = await stageOrDrain(stream, folder);
  try {
    const hash = FileHash.start(algorithmOf(told));
    const received = await receiveCounted(stream, staged, hash, options);
    if (record.size !== null && received !== record.size) throw new Failure('SIZE_MISMATCH', { limit: record.size });
    const digest = checkDigest(hash.digest(), told);
    listener.onFinishing(received);
    await staged.seal(PUBLISHED_MODE);
    if (lastWord.aborted) throw lastWord.reason;
    return {
      received,
      digest,
      discard: () => staged.discard(),
      async publish(record, rule) {
        try {
          const { folders, name } = placement;
          const toRecord: FileToPublish['toRecord'] = (file) => storedRecord(record, file, digest);
          return await folder.publish({ staged: staged.path, folders, name, toRecord, rule: { ...rule, policy: policyAt(placement, rule.policy) }, canGoOn: false, isForeign: record.sender.kind !== 'window' });
        } catch (error) {
          await staged.discard();
          throw diskFailure(error);
        }
      },
    };
  } catch (error) {
    await staged.discard();
    throw diskFailure(error);
  }
}

async function stageOrDrain(stream: Readable, folder: UploadFolder): Promise<StagedFile> {
  try {
    return await folder.stage();
  } catch (error) {
    stream.resume();
    throw error;
  }
}

async function receiveCounted(stream: Readable, staged: StagedFile, hash: FileHash, options: IncomingOptions): Promise<number> {
  const { record, maxBytes, signal, listener } = options;
  let latest = 0;
  const throttle = createThrottle(PROGRESS_INTERVAL_MS, () => listener.onReceived(latest));
  const onWritten = (received: number): void => {
    latest = received;
    throttle.request();
  };
  try {
    return await receiveBytes(stream, staged, { hash, maxBytes: Math.min(maxBytes, record.size ?? maxBytes), signal, onWritten });
  } catch (error) {
    const isMoreThanAnnounced = record.size !== null && record.size < maxBytes;
    if (error instanceof Failure && error.code === 'FILE_TOO_LARGE' && isMoreThanAnnounced) throw new Failure('SIZE_MISMATCH', { limit: record.size });
    throw error;
  } finally {
    throttle.cancel();
  }
}
