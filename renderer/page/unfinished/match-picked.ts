import type { PickedFile } from '../../sender/picked-file.ts';
import type { AdoptedFile, UnfinishedFile } from '../../sender/unfinished-file.ts';

/** What picked files are to those that did not finish. */
export interface MatchedPick {
  readonly adopted: readonly AdoptedFile[];
  /** Those that had arrived by then: sent again, they would arrive twice. */
  readonly arrived: readonly PickedFile[];
  /** All others, `otherDate` among them. */
  readonly added: readonly PickedFile[];
  /** Called and as large as one that did not finish, but changed at another time: not to be glued to what has arrived. */
  readonly otherDate: readonly PickedFile[];
}

/** A file picked by itself says no folder. */
function isSamePlace(one: string, other: string): boolean {
  return one === '' || other === '' || one === other;
}

function keyOf(name: string, size: number): string {
  return `${size} ${name}`;
}

/** Files that can be taken once each, by name, size, date, and folder where it is known. */
function createPool(files: readonly UnfinishedFile[]): { take(picked: PickedFile): UnfinishedFile | undefined; looksLikeOne(file: File): boolean } {
  const groups = new Map<string, UnfinishedFile[]>();
  for (const one of files) {
    const group = groups.get(keyOf(one.name, one.size));
    if (group === undefined) groups.set(keyOf(one.name, one.size), [one]);
    else group.push(one);
  }
  return {
    take({ file, folder }) {
      const group = groups.get(keyOf(file.name, file.size)) ?? [];
      const same = group.filter((known) => known.modifiedAtMs === file.lastModified && isSamePlace(known.folder, folder));
      const match = same.find((known) => known.folder === folder) ?? same[0];
      if (match !== undefined) group.splice(group.indexOf(match), 1);
      return match;
    },
    looksLikeOne: ({ name, size }) => (groups.get(keyOf(name, size))?.length ?? 0) > 0,
  };
}

/** Each unfinished file goes on with at most one picked file; one whose folder is the same comes first. */
export function matchPicked(picked: readonly PickedFile[], unfinished: readonly UnfinishedFile[], finished: readonly UnfinishedFile[]): MatchedPick {
  const waiting = createPool(unfinished);
  const done = createPool(finished);
  const adopted: AdoptedFile[] = [];
  const arrived: PickedFile[] = [];
  const added: PickedFile[] = [];
  const otherDate: PickedFile[] = [];
  for (const one of picked) {
    const match = waiting.take(one);
    if (match !== undefined) adopted.push({ picked: { id: match.id, file: one.file, folder: match.folder }, batch: match.batch, begun: match.begun });
    else if (done.take(one) !== undefined) arrived.push(one);
    else {
      added.push(one);
      if (waiting.looksLikeOne(one.file)) otherDate.push(one);
    }
  }
  return { adopted, arrived, added, otherDate };
}
