import { countOpenFiles, residentBytes } from '../helpers/disk.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { createArena, type Arena } from './arena.ts';
import { launch, type ServerProcess } from './server-process.ts';

/** More descriptors than at rest: what a cache or a watcher opens and closes as it likes. */
const SPARE_DESCRIPTORS = 4;
/** The first rounds fill pools and caches. */
const WARM_UP_ROUNDS = 8;
const MOST_GROWTH_BYTES = 96 << 20;

/** A server that runs on from round to round, and must not grow. */
export interface Steady {
  readonly arena: Arena;
  readonly server: ServerProcess;
  /** After each round. */
  verdict(): Promise<readonly string[]>;
  /** Descriptors and bytes of memory, after the first rounds and now. */
  growth(): { readonly rounds: number; readonly descriptors: readonly number[]; readonly residentBytes: readonly number[] };
  close(): Promise<void>;
}

export async function startSteady(root: string, args: readonly string[] = []): Promise<Steady> {
  const arena = await createArena();
  const server = await launch({ root, folder: arena.folder, args });
  const atRest = await countOpenFiles(server.pid);
  const descriptors: number[] = [];
  const resident: number[] = [];
  return {
    arena,
    server,
    async verdict() {
      if (!server.isRunning()) return [`the server ended by itself: ${server.said()}`];
      let open = 0;
      // How many there were in the end is judged below.
      await waitUntil('the descriptors to be free again', async () => (open = await countOpenFiles(server.pid)) <= atRest + SPARE_DESCRIPTORS, 5000).catch(() => undefined);
      descriptors.push(open);
      resident.push(await residentBytes(server.pid));
      const base = Math.max(...resident.slice(0, WARM_UP_ROUNDS));
      const now = Math.min(...resident.slice(-3));
      return [
        ...(open > atRest + SPARE_DESCRIPTORS ? [`${open} descriptors are open, ${atRest} were at rest`] : []),
        ...(resident.length > WARM_UP_ROUNDS && now - base > MOST_GROWTH_BYTES ? [`memory grew from ${base} to ${now} bytes`] : []),
      ];
    },
    growth: () => ({ rounds: resident.length, descriptors: ends(descriptors), residentBytes: ends(resident.slice(Math.min(WARM_UP_ROUNDS, resident.length) - 1)) }),
    async close() {
      await server.kill();
      await arena.remove();
    },
  };
}

function ends(row: readonly number[]): readonly number[] {
  return row.length === 0 ? [] : [row[0] ?? 0, row.at(-1) ?? 0];
}
