import { RESUMABLE_BYTES } from '../../contracts/bridge.ts';
import type { FileToSend } from './file-to-send.ts';

/** Below this a file is small: a request of its own would cost more than its bytes. */
export const SMALL_FILE_BYTES = 1 << 20;
const MAX_GROUP_FILES = 100;
const MAX_GROUP_BYTES = 16 << 20;

/** Takes the next request's files out of `waiting`: one large file, or a run of small ones of the same batch. */
export function takeGroup(waiting: Map<string, FileToSend>): readonly FileToSend[] {
  const group: FileToSend[] = [];
  let bytes = 0;
  for (const file of waiting.values()) {
    const first = group[0];
    const fits = first === undefined || (isSmall(first) && isSmall(file) && file.batch === first.batch &&
      group.length < MAX_GROUP_FILES && bytes + file.size <= MAX_GROUP_BYTES);
    if (!fits) break;
    group.push(file);
    bytes += file.size;
  }
  for (const file of group) waiting.delete(file.id);
  return group;
}

export function isSmall(file: FileToSend): boolean {
  return file.size < SMALL_FILE_BYTES;
}

export function isResumable(file: FileToSend): boolean {
  return file.size >= RESUMABLE_BYTES;
}
