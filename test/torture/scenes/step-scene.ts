import { findTool } from '../../helpers/tools.ts';
import { createArena } from '../arena.ts';
import type { Random } from '../random.ts';
import type { Scene } from '../scene.ts';
import { EndedEarly, launch, type ServerProcess } from '../server-process.ts';

/** Steps of the server on the disk, before one of which it dies. */
const STEPS = ['link', 'unlink', 'rename', 'fsync', 'writev,pwritev,write,pwrite64', 'mkdir', 'fchmod', 'utimensat,utimes', 'ftruncate'] as const;
/** One thread for the disk: the count is that of all of it. */
const ONE_THREAD = { UV_THREADPOOL_SIZE: '1' };

/** kill -9 right before a certain step on the disk, by strace; the server is then started again without it. */
export async function openStepScene(root: string, random: Random): Promise<Scene> {
  const arena = await createArena();
  const step = random.pick(STEPS);
  const under = [findTool('strace'), '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', `trace=${step}`, '-e', `inject=${step}:signal=KILL:when=${random.int(1, 14)}`];
  let server: ServerProcess | null = await launch({ root, folder: arena.folder, under, env: ONE_THREAD }).catch(ifKilled);
  const restart = async (): Promise<void> => {
    server = await launch({ root, folder: arena.folder });
  };
  if (server === null) await restart();
  const isDead = (): boolean => server?.isRunning() !== true;
  return {
    name: 'step',
    arena,
    mostStrikes: 1,
    mayBeScarce: false,
    url: () => server?.url ?? '',
    async strike() {
      // When it did not come to that step, it is killed as it is.
      if (!isDead()) await server?.kill();
      return true;
    },
    isDead,
    diesByItself: true,
    heal: async () => (isDead() ? restart() : undefined),
    verdict: async () => (isDead() ? [`the server ended by itself: ${server?.said() ?? ''}`] : []),
    close: async () => {
      await server?.kill();
      await arena.remove();
    },
  };
}

/** It may come to that step before it listens; any other end is that of strace, or of a server that cannot start. */
function ifKilled(error: unknown): null {
  if (error instanceof EndedEarly && error.signal === 'SIGKILL') return null;
  throw error;
}
