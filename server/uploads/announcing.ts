import type { BatchReply } from '../contracts/api.ts';
import type { DuplicatePolicy } from '../contracts/duplicates.ts';
import type { AnnouncedFile, Sender, UploadRecord } from '../contracts/upload.ts';
import type { Failure } from '../failure.ts';
import { announceFiles } from './announce-files.ts';
import { findHere, type FoundHere } from './find-here.ts';
import type { UploadFolder } from './folder/upload-folder.ts';
import type { Ledger } from './queue/ledger.ts';
import type { Recollect } from './recollect.ts';
import type { Space } from './space/space.ts';

interface AnnouncingOptions {
  readonly ledger: Ledger;
  readonly space: Space;
  /** Upload folder, as it is at the moment. */
  readonly folder: () => UploadFolder;
  /** What holds for names that exist already when nobody said anything else. */
  readonly usualPolicy: () => DuplicatePolicy;
  /** What speaks against a file of that size. */
  readonly sizeFailure: (size: number) => Failure | null;
  /** True when bytes of an upload are here already. */
  readonly hasBegun: (id: string) => Promise<boolean>;
  readonly recollect: Recollect;
}

interface Announced {
  readonly sender: Sender;
  readonly batch: string;
  readonly files: readonly AnnouncedFile[];
  /** For names that exist already; undefined: what was announced before stays, else what is usual. */
  readonly duplicates: DuplicatePolicy | undefined;
}

/** Files that are known before they come. */
export interface Announcing {
  /**
   * Makes files known whose form is here; what is under way, stored or cancelled stays as it is. Those that there is no room for fail, in
   * their order: one that does not fit does not stop a smaller one after it. What `Space` saw last of the disk counts.
   * @throws Failure UPLOAD_ID_IN_USE when an id belongs to another sender, TOO_MANY_UPLOADS
   */
  announce(announced: Announced): readonly UploadRecord[];
  /**
   * The same before any of it comes, and for what was cancelled as well; what is here already, and is to be skipped then, is stored at
   * once. @throws Failure UPLOAD_ID_IN_USE, TOO_MANY_UPLOADS, STORAGE_UNAVAILABLE
   */
  announceAhead(announced: Announced): Promise<Omit<BatchReply, 'batch'>>;
  /** Announces a file if it is here already and is to be skipped then; else nothing happens. */
  announceIfHere(announced: Omit<Announced, 'files'> & { readonly file: AnnouncedFile }): Promise<void>;
  /** What becomes of an upload whose name exists already. */
  policyOf(id: string): DuplicatePolicy;
  /** The batch under which the sender announced these files before; undefined when it did not. */
  batchOf(files: readonly AnnouncedFile[], senderId: string): string | undefined;
  /**
   * Files that were announced and did not come. @param senderId undefined: whoever's they are
   * @returns the records of those that are this sender's; what is not waiting stays as it is
   */
  giveUp(ids: readonly string[], senderId: string | undefined, failure: Failure): readonly UploadRecord[];
}

export function createAnnouncing({ ledger, space, folder, usualPolicy, sizeFailure, hasBegun, recollect }: AnnouncingOptions): Announcing {
  const policyOf = (id: string): DuplicatePolicy => ledger.policies.get(id) ?? usualPolicy();

  const announceAs = ({ sender, batch, files }: Announced, { revive, here, policyOf: decide }: { readonly revive: boolean; readonly here: FoundHere['here']; readonly policyOf: (id: string) => DuplicatePolicy }): readonly UploadRecord[] => {
    const ids = new Set(files.map(({ id }) => id));
    const room = (ownBytes: number): ReturnType<Space['room']> => space.room(ownBytes + space.promisedElsewhere(({ id }) => ids.has(id)));
    return announceFiles(files, { sender, batch, revive, here, ledger, room, policyOf: decide, mostNameBytes: folder().mostNameBytes, sizeFailure });
  };
  const find = (sender: Sender, files: readonly AnnouncedFile[], policy: DuplicatePolicy): Promise<FoundHere> =>
    findHere(files, { folder: folder(), senderId: sender.id, policyOf: () => policy, hasBegun });

  return {
    policyOf,
    announce(announced) {
      return announceAs(announced, { revive: false, here: new Map(), policyOf: (id) => announced.duplicates ?? policyOf(id) });
    },
    async announceAhead(announced) {
      const policy = announced.duplicates ?? usualPolicy();
      await recollect(announced.files.map(({ id }) => id));
      const { here, worthHashing } = await find(announced.sender, announced.files, policy);
      const uploads = await space.decide(() => announceAs(announced, { revive: true, here, policyOf: () => policy }));
      return { uploads, ...(worthHashing.length === 0 ? {} : { worthHashing }) };
    },
    async announceIfHere({ file, ...announced }) {
      const policy = announced.duplicates ?? policyOf(file.id);
      const { here } = await find(announced.sender, [file], policy);
      if (here.size > 0) announceAs({ ...announced, files: [file] }, { revive: false, here, policyOf: () => policy });
    },
    batchOf(files, senderId) {
      const record = files.map(({ id }) => ledger.recall(id)).find((known) => known !== undefined);
      return record?.sender.id === senderId ? record.batch : undefined;
    },
    giveUp(ids, senderId, failure) {
      const records = ids.flatMap((id) => ledger.queue.get(id) ?? []).filter(({ sender }) => senderId === undefined || sender.id === senderId);
      return records.map((record) => (record.state === 'waiting' ? ledger.fail(record, failure) : record));
    },
  };
}
