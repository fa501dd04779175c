import type { ElectronApplication } from '@playwright/test';

/** V8's inspector holds the promise of an answer only weakly, and a main process that moves many bytes collects often. */
const COLLECTED = 'Resulting promise was garbage collected';

/** Asks the main process once more when its answer was lost on the way; what a test asks there does no harm twice. */
export function askAgainWhenLost(electron: ElectronApplication): void {
  const { evaluate } = electron;
  const ask = async (asked: readonly unknown[]): Promise<unknown> => {
    const answer: unknown = await Reflect.apply(evaluate, electron, [...asked]);
    return answer;
  };
  Reflect.set(electron, 'evaluate', (...asked: readonly unknown[]) =>
    ask(asked).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.includes(COLLECTED)) throw error;
      return ask(asked);
    }));
}
