import type { ChaosProxy } from '../helpers/chaos-proxy.ts';
import { PAUSES } from './faults.ts';

/** Of the whole, between two pauses. */
const STEP_PERCENT = 1.5;

interface Buttons {
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** While the wire stands still: pauses and resumes many times (E21), each time a little further on. */
export async function pauseOften(proxy: ChaosProxy, totalBytes: number, { pause, resume }: Buttons): Promise<void> {
  for (let time = 1; time <= PAUSES; time += 1) {
    await pause();
    proxy.release('reset');
    const struck = proxy.strike(Math.floor((totalBytes * STEP_PERCENT) / 100), { kind: 'hold' });
    await resume();
    await struck;
  }
  proxy.release();
}
