/**
 * Lets all have their turn, one after the other, again and again, so that what else the machine does hits all alike.
 * @param contestants each `{ name, turn }`; a turn resolves with its milliseconds
 * @returns `{ name, runsMs, medianMs }` of each
 */
export async function interleave(title, contestants, { runs, deadlineMs }) {
  const times = contestants.map(() => []);
  for (let run = 0; run < runs && performance.now() < deadlineMs; run += 1) {
    for (const [index, { turn }] of contestants.entries()) times[index].push(await turn());
    console.error(`${title}: turn ${run + 1} of ${runs}: ${contestants.map(({ name }, index) => `${name} ${(times[index].at(-1) / 1000).toFixed(2)} s`).join(', ')}`);
  }
  if (times[0].length < runs) console.error(`${title}: out of time after ${times[0].length} of ${runs} turns`);
  return contestants.map(({ name }, index) => ({ name, runsMs: times[index].map(Math.round), medianMs: Math.round(median(times[index])) }));
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
