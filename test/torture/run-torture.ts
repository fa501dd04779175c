import { createStage, faultOfRound, whyNot, type Fault, type Stage } from './open-scene.ts';
import { createRandom, roundSeed } from './random.ts';
import { runRound, type RoundReport } from './run-round.ts';

export interface TortureOptions {
  /** The project's folder. */
  readonly root: string;
  readonly seed: number;
  readonly rounds: number;
  /** The first one; others than 0 repeat what was seen. */
  readonly from: number;
  readonly faults: readonly Fault[];
  /** Ends it after the round that runs. */
  readonly signal: AbortSignal;
  readonly onRound: (report: RoundReport) => void;
}

/** What was seen. */
export interface TortureReport {
  readonly seed: number;
  readonly rounds: readonly RoundReport[];
  /** Faults that this machine cannot have, and why. */
  readonly leftOut: Readonly<Partial<Record<Fault, string>>>;
  readonly growth: ReturnType<Stage['growth']>;
}

/** Runs rounds of faults, one after the other. */
export async function runTorture({ root, seed, rounds, from, faults, signal, onRound }: TortureOptions): Promise<TortureReport> {
  const leftOut = Object.fromEntries(faults.flatMap((fault) => [[fault, whyNot(fault)] as const].filter(([, why]) => why !== null)));
  const possible = faults.filter((fault) => whyNot(fault) === null);
  const stage = createStage(root);
  const seen: RoundReport[] = [];
  try {
    for (let round = from; round < from + rounds && possible.length > 0 && !signal.aborted; round += 1) {
      const scene = await stage.open(faultOfRound(faults, round), createRandom(roundSeed(seed, -round - 1)));
      const report = await runRound(seed, round, scene).finally(() => scene.close());
      seen.push(report);
      onRound(report);
    }
    return { seed, rounds: seen, leftOut, growth: stage.growth() };
  } finally {
    await stage.close();
  }
}
