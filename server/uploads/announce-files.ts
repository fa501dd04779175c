import type { DuplicatePolicy } from '../contracts/duplicates.ts';
import type { AnnouncedFile, Sender, UploadRecord } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import type { FileHere } from './find-here.ts';
import { isUnderWay, type Ledger } from './queue/ledger.ts';
import { newRecord } from './queue/new-record.ts';
import { isOpen, promisedTo } from './space/open-bytes.ts';
import type { Room } from './space/space.ts';

interface Announcement {
  readonly sender: Sender;
  readonly batch: string;
  /** Also those that were cancelled. */
  readonly revive: boolean;
  readonly ledger: Ledger;
  /** @param ownBytes promised already to what is announced */
  readonly room: (ownBytes: number) => Room;
  /** For names that exist already. */
  readonly policyOf: (id: string) => DuplicatePolicy;
  /** By id; these are stored without a byte. */
  readonly here: ReadonlyMap<string, FileHere>;
  /** That the upload folder takes. */
  readonly mostNameBytes: number;
  /** What speaks against a file of that size. */
  readonly sizeFailure: (size: number) => Failure | null;
}

/**
 * Makes files known before they come; what is under way or stored stays as it is. Those that there is no room for fail, in their
 * order: one that does not fit does not stop a smaller one after it.
 * @throws Failure UPLOAD_ID_IN_USE when an id belongs to another sender, TOO_MANY_UPLOADS when some are new and too many have not ended
 */
export function announceFiles(files: readonly AnnouncedFile[], { sender, batch, revive, ledger, room, policyOf, here, mostNameBytes, sizeFailure }: Announcement): readonly UploadRecord[] {
  const isForeign = ({ id }: AnnouncedFile): boolean => (ledger.recall(id)?.sender.id ?? sender.id) !== sender.id;
  if (files.some(isForeign)) throw new Failure('UPLOAD_ID_IN_USE');
  const isNew = ({ id }: AnnouncedFile): boolean => {
    const known = ledger.queue.get(id);
    return known === undefined || !(isOpen(known) || known.state === 'stored');
  };
  if (files.some(isNew)) ledger.requireFew(sender);
  const { bytes, code } = room(files.reduce((sum, { id }) => sum + promisedTo(ledger.queue.get(id)), 0));
  let leftBytes = bytes;

  const announceOne = (file: AnnouncedFile, known: UploadRecord | undefined): UploadRecord => {
    const placed = newRecord({ id: file.id, batch, sender, rawName: file.name, announced: file }, mostNameBytes, known?.createdAtMs ?? Date.now());
    if (!placed.ok) return ledger.fail(placed.record, placed.failure);
    const tooLarge = sizeFailure(file.size);
    if (tooLarge !== null) return ledger.fail(placed.record, tooLarge);
    const same = here.get(file.id);
    if (same !== undefined) return ledger.store({ ...placed.record, received: file.size }, same.file, { digest: same.digest, isTold: true });
    const toComeBytes = file.size - (known?.state === 'interrupted' ? known.received : 0);
    if (toComeBytes > leftBytes) return ledger.fail(placed.record, new Failure(code, { limit: bytes }));
    leftBytes -= toComeBytes;
    return ledger.put(placed.record);
  };

  return files.map((file) => {
    const known = ledger.recall(file.id);
    const stays = known !== undefined && (known.state === 'stored' || isUnderWay(known) || (known.state === 'cancelled' && !revive));
    if (stays) {
      leftBytes -= promisedTo(known);
      return known;
    }
    ledger.policies.set(file.id, policyOf(file.id));
    if (file.digest !== undefined) ledger.told.set(file.id, file.digest);
    // Announced anew, it may be another file by now.
    else if (revive) ledger.told.delete(file.id);
    return announceOne(file, known);
  });
}
