import { createArena } from '../arena.ts';
import type { Random } from '../random.ts';
import type { Scene } from '../scene.ts';
import { launch, type ServerProcess } from '../server-process.ts';

/** The server is killed with kill -9, or told to end, and started again; perhaps while it recovers. */
export async function openKillScene(root: string, how: 'kill' | 'term', random: Random): Promise<Scene> {
  const arena = await createArena();
  const start = (): Promise<ServerProcess> => launch({ root, folder: arena.folder });
  let server = await start();
  const killsTwice = how === 'kill' && random.chance(0.2);
  return {
    name: how,
    arena,
    mostStrikes: 3,
    mayBeScarce: how === 'term',
    url: () => server.url,
    async strike() {
      if (!server.isRunning()) return false;
      await (how === 'kill' ? server.kill() : stop(server));
      return true;
    },
    isDead: () => !server.isRunning(),
    async heal() {
      server = await start();
      if (!killsTwice) return;
      await server.kill();
      server = await start();
    },
    verdict: async () => (server.isRunning() ? [] : [`the server ended by itself: ${server.said()}`]),
    async close() {
      await server.kill();
      await arena.remove();
    },
  };
}

async function stop(server: ServerProcess): Promise<void> {
  const status = await server.stop();
  if (status !== 0) throw new Error(`The server ended with status ${status ?? 'none'} after SIGTERM: ${server.said()}`);
}
