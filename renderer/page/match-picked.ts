import type { PickedFile } from '../sender/picked-file.ts';
import type { AdoptedFile, UnfinishedFile } from '../sender/unfinished-file.ts';

/** What picked files are to those that did not finish. */
export interface MatchedPick {
  readonly adopted: readonly AdoptedFile[];
  /** All others, `otherDate` among them. */
  readonly added: readonly PickedFile[];
  /** Called and as large as one that did not finish, but changed at another time: not to be glued to what has arrived. */
  readonly otherDate: readonly PickedFile[];
}

/** A file picked by itself says no folder. */
function isSamePlace(one: string, other: string): boolean {
  return one === '' || other === '' || one === other;
}

/** Each unfinished file goes on with at most one picked file; one whose folder is the same comes first. */
export function matchPicked(picked: readonly PickedFile[], unfinished: readonly UnfinishedFile[]): MatchedPick {
  const waiting = new Map<string, UnfinishedFile[]>();
  const keyOf = (name: string, size: number): string => `${size} ${name}`;
  for (const one of unfinished) {
    const key = keyOf(one.name, one.size);
    const group = waiting.get(key);
    if (group === undefined) waiting.set(key, [one]);
    else group.push(one);
  }

  const adopted: AdoptedFile[] = [];
  const added: PickedFile[] = [];
  const otherDate: PickedFile[] = [];
  for (const one of picked) {
    const { file, folder } = one;
    const group = waiting.get(keyOf(file.name, file.size)) ?? [];
    const same = group.filter((known) => known.modifiedAtMs === file.lastModified && isSamePlace(known.folder, folder));
    const match = same.find((known) => known.folder === folder) ?? same[0];
    if (match === undefined) {
      added.push(one);
      if (group.length > 0) otherDate.push(one);
      continue;
    }
    group.splice(group.indexOf(match), 1);
    adopted.push({ picked: { id: match.id, file, folder: match.folder }, batch: match.batch, begun: match.begun });
  }
  return { adopted, added, otherDate };
}
