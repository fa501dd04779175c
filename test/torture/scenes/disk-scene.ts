import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { findTool } from '../../helpers/tools.ts';
import { createArena } from '../arena.ts';
import type { Scene } from '../scene.ts';
import { launch } from '../server-process.ts';

const run = promisify(execFile);

/** More than what the server leaves free by itself and a round sends. */
const DISK_BYTES = 192 << 20;
const ILL_FOR_MS = 150;
const REMOUNT_WITHIN_MS = 5000;

/** The disk is full, or read-only, for a while. Needs the right to mount. */
export async function openDiskScene(root: string, how: 'full' | 'readonly'): Promise<Scene> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'slipway-disk-'));
  await run(findTool('mount'), ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', mountPoint]);
  const arena = await createArena(mountPoint);
  const server = await launch({ root, folder: arena.folder });
  const ballast = join(mountPoint, 'ballast');
  const remount = (mode: 'ro' | 'rw'): Promise<boolean> => run(findTool('mount'), ['-o', `remount,${mode}`, mountPoint]).then(() => true, () => false);
  return {
    name: how,
    arena,
    mostStrikes: 2,
    mayBeScarce: true,
    url: () => server.url,
    async strike() {
      if (how === 'full') {
        await fill(ballast);
        return true;
      }
      // Refused as long as a file is open to be written; between two of them, it is not.
      const endsAtMs = performance.now() + REMOUNT_WITHIN_MS;
      while (performance.now() < endsAtMs) if (await remount('ro')) return true;
      return false;
    },
    async heal() {
      await new Promise((resolve) => setTimeout(resolve, ILL_FOR_MS));
      if (how === 'full') await unlink(ballast);
      else await remount('rw');
    },
    verdict: async () => (server.isRunning() ? [] : [`the server ended by itself: ${server.said()}`]),
    async close() {
      await server.kill();
      await run(findTool('umount'), ['-l', mountPoint]);
      await rm(mountPoint, { recursive: true });
    },
  };
}

async function fill(path: string): Promise<void> {
  const piece = Buffer.alloc(1 << 20);
  const file = await open(path, 'w');
  try {
    for (let size = piece.length; size > 0; ) {
      const written = await file.write(piece, 0, size).then(({ bytesWritten }) => bytesWritten, () => 0);
      if (written < size) size = Math.floor(size / 2);
    }
  } finally {
    await file.close();
  }
}
