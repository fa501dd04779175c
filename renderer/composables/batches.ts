import type { Sender, UploadRecord } from '../../server/contracts/upload.ts';
import type { VerdictCounts } from '../i18n/messages.ts';
import { fileKind, fileWord } from './file-kind.ts';
import { clashOf, type QueueRow } from './queue-row.ts';

/** What somebody sent in one go. */
export interface Batch {
  /** Of this sender and its name for it. */
  readonly id: string;
  readonly sender: Sender;
  readonly startedAtMs: number;
  readonly records: readonly UploadRecord[];
  readonly counts: VerdictCounts;
  /** Nothing of it is on its way any more. */
  readonly ended: boolean;
  /** Of what is or will be stored. */
  readonly receivedBytes: number;
  readonly sizeBytes: number;
}

function summarizeBatch(id: string, records: readonly UploadRecord[], first: UploadRecord): Batch {
  const inState = (state: UploadRecord['state']): number => records.filter((record) => record.state === state).length;
  const counts = {
    word: fileWord(records.map(({ name }) => fileKind(name))),
    total: records.length, stored: inState('stored'), verified: records.filter(({ verified }) => verified === true).length, alreadyThere: records.filter(({ wasThere }) => wasThere === true).length, failed: inState('failed'), cancelled: inState('cancelled'),
  };
  const wanted = records.filter(({ state }) => state !== 'failed' && state !== 'cancelled');
  return {
    id, records, counts,
    sender: first.sender,
    startedAtMs: Math.min(...records.map(({ createdAtMs }) => createdAtMs)),
    ended: counts.stored + counts.failed + counts.cancelled === counts.total,
    receivedBytes: wanted.reduce((sum, { received }) => sum + received, 0),
    sizeBytes: wanted.reduce((sum, { size, received }) => sum + (size ?? received), 0),
  };
}

/** As a file manager sorts: "2.jpg" before "10.jpg". */
const byName = new Intl.Collator(undefined, { numeric: true });

/** The queue by batches, newest first; files as in their folder, so that nothing jumps when its state changes. */
export function groupBatches(records: ReadonlyMap<string, UploadRecord>): readonly Batch[] {
  const groups = new Map<string, UploadRecord[]>();
  for (const record of records.values()) {
    // Programs name their batches themselves: two of one name are still of two senders.
    const key = `${record.sender.id} ${record.batch}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  for (const group of groups.values()) group.sort((a, b) => byName.compare(a.path, b.path));
  return [...groups].flatMap(([id, group]) => (group[0] === undefined ? [] : [summarizeBatch(id, group, group[0])]))
    .sort((a, b) => b.startedAtMs - a.startedAtMs);
}

export function recordRow(record: UploadRecord, bytesPerSecond: number): QueueRow {
  const { id, name, path, originalName, size, received, state, failure, verified } = record;
  return {
    id, size, received, bytesPerSecond,
    state: state === 'stored' && verified === true ? 'verified' : state,
    sent: received,
    name: originalName ?? name,
    folder: path.split('/').slice(0, -1).join('/'),
    kind: fileKind(name),
    failure: failure ?? null,
    clash: clashOf(record),
    storedName: originalName !== undefined && state === 'stored' ? name : null,
    file: null,
  };
}
