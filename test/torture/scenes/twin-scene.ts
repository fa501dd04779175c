import { createArena } from '../arena.ts';
import type { Scene } from '../scene.ts';
import { launch, type ServerProcess } from '../server-process.ts';

/** Two servers share a folder; senders ask either; one of them is killed with kill -9 and started again. */
export async function openTwinScene(root: string): Promise<Scene> {
  const arena = await createArena();
  const start = (): Promise<ServerProcess> => launch({ root, folder: arena.folder });
  const pair: [ServerProcess, ServerProcess] = [await start(), await start()];
  let struck: 0 | 1 = 0;
  return {
    name: 'twin',
    arena,
    mostStrikes: 2,
    mayBeScarce: false,
    url: (random) => random.pick(pair).url,
    async strike({ random }) {
      struck = random.chance(0.5) ? 0 : 1;
      await pair[struck].kill();
      return true;
    },
    async heal() {
      pair[struck] = await start();
    },
    verdict: async () => pair.filter((server) => !server.isRunning()).map((server) => `a server ended by itself: ${server.said()}`),
    async close() {
      await Promise.all(pair.map((server) => server.kill()));
      await arena.remove();
    },
  };
}
