import { spawn } from 'node:child_process';
import { once } from 'node:events';

const READY_WITHIN_MS = 15_000;

/**
 * Starts a display that nobody sees, under a number that is free; null on systems that have no Xvfb, where tests use the one
 * there is.
 */
export async function startDisplay() {
  if (process.platform !== 'linux') return null;
  // Xvfb itself looks for a free number and writes it down once it accepts clients.
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };
  process.on('exit', () => child.kill());
  const [number] = await Promise.race([
    once(child.stdio[3], 'data', { signal: AbortSignal.timeout(READY_WITHIN_MS) }),
    once(child, 'exit').then(() => Promise.reject(new Error('Xvfb ended at once'))),
  ]);
  return { name: `:${String(number).trim()}`, stop };
}
