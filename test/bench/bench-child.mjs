import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Event-loop delays are looked at this often; the figures hold this interval. */
const RESOLUTION_MS = 5;

/**
 * The forked side of a server under measurement: tells its port, and on `watch` and `report` what the process spent in between.
 * Ends with its parent, in an orderly way, so that a CPU profile is written.
 */
export function answerParent(port) {
  let delays;
  let cpu;
  process.on('message', (message) => {
    if (message === 'watch') {
      delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delays.enable();
      cpu = process.cpuUsage();
      process.send({ watching: true });
    }
    if (message === 'report') {
      delays.disable();
      const { user, system } = process.cpuUsage(cpu);
      process.send({ cpuMs: (user + system) / 1000, delayP99Ms: delays.percentile(99) / 1e6, delayMaxMs: delays.max / 1e6 });
    }
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ port });
}
