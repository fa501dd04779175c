import { randomFillSync } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, open, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY_FOLDER = '/dev/shm';
/** Magic number of tmpfs (statfs(2)). */
const TMPFS = 0x01021994;
const BLOCK_BYTES = 64 * 2 ** 20;

/** A folder for the bytes of one run. A disk would be measured instead of the servers, so memory is taken when there is some. */
export async function openBenchFolder(wanted, neededBytes) {
  const parent = wanted ?? ((await hasRoom(MEMORY_FOLDER, neededBytes)) ? MEMORY_FOLDER : tmpdir());
  if (!(await hasRoom(parent, neededBytes))) throw new Error(`${parent} has no room for ${(neededBytes / 2 ** 30).toFixed(1)} GiB.`);
  const path = await mkdtemp(join(parent, 'slipway-bench-'));
  return {
    path,
    isMemory: (await statfs(path)).type === TMPFS,
    async make(name) {
      const folder = join(path, name);
      await mkdir(folder, { recursive: true });
      return folder;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

async function hasRoom(folder, bytes) {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize > bytes;
  } catch {
    return false; // not there, or not ours: there is no room in it
  }
}

/** A file of random bytes: how fast a boundary is searched for depends on what is searched. */
export async function writeSample(folder, name, size) {
  const path = join(folder, name);
  const block = randomFillSync(Buffer.allocUnsafe(Math.min(BLOCK_BYTES, size)));
  const handle = await open(path, 'w');
  for (let left = size; left > 0; left -= block.length) await handle.writeFile(block.subarray(0, Math.min(left, block.length)));
  await handle.close();
  return path;
}

export async function writeSmallSamples(folder, count, size) {
  const bytes = randomFillSync(Buffer.allocUnsafe(size));
  const paths = [];
  for (let index = 0; index < count; index += 1) {
    bytes.writeUInt32LE(index);
    const path = join(folder, `scan-${String(index).padStart(4, '0')}.dat`);
    await writeFile(path, bytes);
    paths.push(path);
  }
  return paths;
}

/** A file of holes: its bytes are read as zeros and take no room. */
export async function writeHoles(folder, name, size) {
  const path = join(folder, name);
  const handle = await open(path, 'w');
  await handle.truncate(size);
  await handle.close();
  return path;
}

/**
 * Takes what has arrived out of a folder.
 * @throws Error when it is not exactly so many files and bytes
 */
export async function collect(folder, who, { files, bytes }) {
  const arrived = (await readdir(folder, { withFileTypes: true, recursive: true }))
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    // Hidden: staging. JSON: what @tus/file-store notes beside each file.
    .filter(({ entry, path }) => entry.isFile() && !path.slice(folder.length).includes('/.') && !entry.name.endsWith('.json'));
  const sizes = await Promise.all(arrived.map(async ({ path }) => (await stat(path)).size));
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (arrived.length !== files || sum !== bytes) throw new Error(`${who}: ${arrived.length} of ${files} files and ${sum} of ${bytes} bytes arrived`);
  for (const name of await readdir(folder)) if (!name.startsWith('.')) await rm(join(folder, name), { recursive: true });
}
