import type { PickedFile } from './picked-file.ts';
import { isOpen, type SendItem } from './send-item.ts';

/** What a page notes of a file on its way, so that it can ask for it again after a reload. Plain data. */
export interface UnfinishedFile {
  /** Upload id, under which it goes on. */
  readonly id: string;
  readonly batch: string;
  readonly name: string;
  /** As in PickedFile. */
  readonly folder: string;
  /** Bytes. */
  readonly size: number;
  readonly modifiedAtMs: number;
  /** The server keeps what has arrived of it. */
  readonly begun: boolean;
}

/** A file that an earlier load of the page was sending, chosen again. */
export interface AdoptedFile {
  /** Under the id of then. */
  readonly picked: PickedFile;
  readonly batch: string;
  /** As it was noted. */
  readonly begun: boolean;
}

/** What there is to note of files that were sent. */
export function describeItems(items: readonly SendItem[]): readonly UnfinishedFile[] {
  return items.flatMap(({ picked: { id, file, folder }, batch, begun }): UnfinishedFile[] => (
    batch === null ? [] : [{ id, batch, folder, begun, name: file.name, size: file.size, modifiedAtMs: file.lastModified }]));
}

/** Everything that was sent and has not ended, in its order. */
export function listUnfinished(items: Iterable<SendItem>): readonly UnfinishedFile[] {
  return describeItems([...items].filter(isOpen));
}
