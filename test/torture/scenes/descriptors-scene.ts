import { connect, type Socket } from 'node:net';
import { createArena } from '../arena.ts';
import type { Scene } from '../scene.ts';
import { launch } from '../server-process.ts';

const MOST_DESCRIPTORS = 112;
const ILL_FOR_MS = 200;

/** A process with few descriptors, of which strangers take all that are left. */
export async function openDescriptorsScene(root: string): Promise<Scene> {
  const arena = await createArena();
  const server = await launch({ root, folder: arena.folder, under: ['/bin/sh', '-c', `ulimit -n ${MOST_DESCRIPTORS}; exec "$0" "$@"`] });
  let strangers: Socket[] = [];
  return {
    name: 'descriptors',
    arena,
    mostStrikes: 2,
    mayBeScarce: true,
    url: () => server.url,
    async strike() {
      strangers = Array.from({ length: MOST_DESCRIPTORS }, () => connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined));
      return true;
    },
    async heal() {
      await new Promise((resolve) => setTimeout(resolve, ILL_FOR_MS));
      for (const stranger of strangers) stranger.destroy();
    },
    verdict: async () => (server.isRunning() ? [] : [`the server ended by itself: ${server.said()}`]),
    async close() {
      await server.kill();
      await arena.remove();
    },
  };
}
