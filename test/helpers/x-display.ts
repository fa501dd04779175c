import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { within } from './wait-until.ts';

/** A screen to open windows on. */
export interface XDisplay {
  /** For the environment variable DISPLAY; undefined where the system needs none. */
  readonly name: string | undefined;
  stop(): Promise<void>;
}

/**
 * An invisible screen (Xvfb), which picks its own free number: windows of one screen hide each other, and hidden ones are slow.
 * On other systems than Linux it is the person's own.
 */
export async function openXDisplay(): Promise<XDisplay> {
  if (process.platform !== 'linux') return { name: process.env['DISPLAY'], stop: () => Promise.resolve() };
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  // One that cannot be started ends with an error.
  const ended = once(child, 'close');
  // A test runner that is interrupted takes its screen with it.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const said = child.stdio[3];
  if (said === null || said === undefined || !('read' in said)) throw new Error('Xvfb has no pipe to say its number on.');
  const [number] = await within(10_000, 'Xvfb to say its number', Promise.race([once(said, 'data'), ended.then(() => [''])]));
  if (!/^\d+\s*$/.test(String(number))) throw new Error('Xvfb did not start.');
  return {
    name: `:${String(number).trim()}`,
    async stop() {
      process.off('exit', kill);
      child.kill();
      await within(5000, 'Xvfb to end', ended);
    },
  };
}
