import { readFileSync } from 'node:fs';

/** Linux counts a process's time in ticks of this length (USER_HZ is 100 on every architecture Node.js runs on). */
const TICK_MS = 10;

/**
 * Lets all have their turn, one after the other, again and again, so that what else the machine does hits all alike.
 * @param contestants each `{ name, turn, pid? }`; a turn resolves with its milliseconds, and `pid`, where there is one process that receives, lets its CPU time be noted, which a busy machine changes little
 * @returns `{ name, runsMs, medianMs, cpuMs }` of each
 */
export async function interleave(title, contestants, { runs, deadlineMs }) {
  const times = contestants.map(() => []);
  const cpuTimes = contestants.map(() => []);
  for (let run = 0; run < runs && performance.now() < deadlineMs; run += 1) {
    for (const [index, { turn, pid }] of contestants.entries()) {
      const cpuBefore = cpuTimeMs(pid);
      times[index].push(await turn());
      cpuTimes[index].push(cpuTimeMs(pid) - cpuBefore);
    }
    console.error(`${title}: turn ${run + 1} of ${runs}: ${contestants.map(({ name }, index) => `${name} ${(times[index].at(-1) / 1000).toFixed(2)} s`).join(', ')}`);
  }
  if (times[0].length < runs) console.error(`${title}: out of time after ${times[0].length} of ${runs} turns`);
  return contestants.map(({ name }, index) => ({ name, runsMs: times[index].map(Math.round), medianMs: Math.round(median(times[index])), cpuMs: Math.round(median(cpuTimes[index])) }));
}

/** CPU time that a process has taken so far, user and system; NaN where that is not told. */
function cpuTimeMs(pid) {
  if (pid === undefined || process.platform !== 'linux') return Number.NaN;
  // proc(5): after the name in parentheses, utime and stime are the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** NaN of nothing. */
export function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export async function timed(job) {
  const beganMs = performance.now();
  await job();
  return performance.now() - beganMs;
}
