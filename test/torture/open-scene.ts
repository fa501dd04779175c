import { findTool, isRoot } from '../helpers/tools.ts';
import { startCache, type CacheProcess } from './cache-process.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';
import { openCacheScene } from './scenes/cache-scene.ts';
import { openCutScene } from './scenes/cut-scene.ts';
import { openDescriptorsScene } from './scenes/descriptors-scene.ts';
import { openDiskScene } from './scenes/disk-scene.ts';
import { openKillScene } from './scenes/kill-scene.ts';
import { openStepScene } from './scenes/step-scene.ts';
import { openTwinScene } from './scenes/twin-scene.ts';
import { startSteady, type Steady } from './steady.ts';

/** What can go wrong, and how often it does. */
const WEIGHTS = { kill: 6, step: 6, cut: 3, twin: 2, term: 1, full: 2, readonly: 1, cache: 2, descriptors: 1 } as const;

export type Fault = keyof typeof WEIGHTS;

const ALL_FAULTS: readonly Fault[] = ['kill', 'step', 'cut', 'twin', 'term', 'full', 'readonly', 'cache', 'descriptors'];

/** What each needs of the machine, besides Node. */
const NEEDS: Readonly<Partial<Record<Fault, () => unknown>>> = {
  step: () => findTool('strace'),
  cache: () => findTool('redis-server'),
  full: requireRoot,
  readonly: requireRoot,
};

function requireRoot(): void {
  if (!isRoot()) throw new Error('It needs root, to mount a disk.');
}

/** Faults in an order that shows all of them early, each as often as its weight says. */
export function faultOfRound(faults: readonly Fault[], round: number): Fault {
  const most = Math.max(...faults.map((fault) => WEIGHTS[fault]));
  const row = Array.from({ length: most }, (_, turn) => faults.filter((fault) => WEIGHTS[fault] > turn)).flat();
  return row[round % row.length] ?? 'kill';
}

/** Why a fault cannot be had here; null when it can. */
export function whyNot(fault: Fault): string | null {
  try {
    NEEDS[fault]?.();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Opens scenes; what they share runs on from round to round. */
export interface Stage {
  open(fault: Fault, random: Random): Promise<Scene>;
  growth(): Readonly<Record<string, ReturnType<Steady['growth']>>>;
  close(): Promise<void>;
}

export function createStage(root: string): Stage {
  let plain: Steady | undefined;
  let cached: Steady | undefined;
  let cache: CacheProcess | undefined;
  return {
    async open(fault, random) {
      switch (fault) {
        case 'kill':
        case 'term':
          return openKillScene(root, fault, random);
        case 'step':
          return openStepScene(root, random);
        case 'twin':
          return openTwinScene(root);
        case 'full':
        case 'readonly':
          return openDiskScene(root, fault);
        case 'descriptors':
          return openDescriptorsScene(root);
        case 'cut':
          return openCutScene((plain ??= await startSteady(root)));
        case 'cache':
          cache ??= await startCache();
          return openCacheScene((cached ??= await startSteady(root, ['--cache', cache.url])), cache);
        default:
          return fault satisfies never;
      }
    },
    growth: () => ({ ...(plain === undefined ? {} : { cut: plain.growth() }), ...(cached === undefined ? {} : { cache: cached.growth() }) }),
    async close() {
      await Promise.all([plain?.close(), cached?.close()]);
      await cache?.kill();
    },
  };
}

/** All faults that this machine can have. */
export function faultsHere(): readonly Fault[] {
  return ALL_FAULTS.filter((fault) => whyNot(fault) === null);
}
