import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What resumable uploads make in staging: the two halves, a half being written, the lock and what belongs to it. */
const OURS = /^(?<key>[0-9a-f]{32})\.(?<ending>part|json|json\.new|lock|lock\.wanted|lock\.clearing)$/u;

/** Of each resumable upload, by the key that its names begin with: the paths of what is there of it, by their endings. */
export async function readStagedNames(staging: string): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const groups = new Map<string, Map<string, string>>();
  for (const name of await readdir(staging)) {
    const { key, ending } = OURS.exec(name)?.groups ?? {};
    if (key !== undefined && ending !== undefined) groups.set(key, (groups.get(key) ?? new Map<string, string>()).set(ending, join(staging, name)));
  }
  return groups;
}
