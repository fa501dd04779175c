import type { ChaosProxy } from '../helpers/chaos-proxy.ts';

/** E21 wants 50; a short round is content with less. */
const TIMES = process.env['SLIPWAY_CHAOS'] === 'all' ? 50 : 5;
/** Of the whole, between two pauses. */
const STEP_PERCENT = 1.5;

interface Buttons {
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** While the wire stands still: pauses and resumes many times (E21), each time a little further on. */
export async function pauseOften(proxy: ChaosProxy, totalBytes: number, { pause, resume }: Buttons): Promise<void> {
  for (let time = 1; time <= TIMES; time += 1) {
    await pause();
    proxy.release('reset');
    const struck = proxy.strike(Math.floor((totalBytes * STEP_PERCENT) / 100), { kind: 'hold' });
    await resume();
    await struck;
  }
  proxy.release();
}
