import type { Scene } from '../scene.ts';
import type { Steady } from '../steady.ts';

/** Every connection is reset; the server runs on from round to round. */
export function openCutScene(steady: Steady): Scene {
  return {
    name: 'cut',
    arena: steady.arena,
    mostStrikes: 4,
    mayBeScarce: false,
    url: () => steady.server.url,
    strike: async ({ wire }) => {
      wire.cut();
      return true;
    },
    heal: async () => undefined,
    verdict: () => steady.verdict(),
    close: () => steady.arena.clear(),
  };
}
