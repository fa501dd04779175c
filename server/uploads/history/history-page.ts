import { foldedName } from '../naming/safe-name.ts';
import type { StoredRecord } from '../queue/stored-record.ts';

/** What somebody wants to see of the history. */
export interface HistoryWish {
  /** `next` of an earlier page; undefined for the newest. */
  readonly before: string | undefined;
  readonly limit: number;
  /** Words that must all be in the name, the path or the sender's name; case and composition do not count. */
  readonly words: string;
  /** Only this sender's; undefined for everybody's. */
  readonly senderId: string | undefined;
}

export interface PickedPage {
  readonly records: readonly StoredRecord[];
  /** For the page after this one; null when there is none. */
  readonly next: string | null;
  /** How many there are on all pages. */
  readonly total: number;
}

/** What of a record is searched. */
const texts = new WeakMap<StoredRecord, string>();

/** @param records oldest first; the page begins with the newest */
export function pickPage(records: readonly StoredRecord[], { before, limit, words, senderId }: HistoryWish): PickedPage {
  const wanted = foldedName(words).split(/\s+/u).filter((word) => word !== '');
  const isWanted = (record: StoredRecord): boolean =>
    (senderId === undefined || record.sender.id === senderId) && wanted.every((word) => searchText(record).includes(word));
  const found = records.filter(isWanted).reverse();
  const start = before === undefined ? 0 : placeAfter(found, before);
  const page = found.slice(start, start + limit);
  const last = page.at(-1);
  return { records: page, next: last !== undefined && start + limit < found.length ? cursorOf(last) : null, total: found.length };
}

/** True for what `next` may have said. */
export function isCursor(text: string): boolean {
  return /^\d{1,16}\.[\x21-\x7e]{1,128}$/u.test(text);
}

function cursorOf({ id, storedAtMs }: StoredRecord): string {
  return `${storedAtMs}.${id}`;
}

/** Where to go on; should that upload have been taken off the list, with what is older. */
function placeAfter(found: readonly StoredRecord[], cursor: string): number {
  const dot = cursor.indexOf('.');
  const [atMs, id] = [Number(cursor.slice(0, dot)), cursor.slice(dot + 1)];
  const index = found.findIndex((record) => record.id === id);
  if (index >= 0) return index + 1;
  const older = found.findIndex(({ storedAtMs }) => storedAtMs < atMs);
  return older >= 0 ? older : found.length;
}

function searchText(record: StoredRecord): string {
  const known = texts.get(record);
  if (known !== undefined) return known;
  const { path, originalName = '', sender } = record;
  const text = foldedName(`${path}\n${originalName}\n${sender.name}`);
  texts.set(record, text);
  return text;
}
