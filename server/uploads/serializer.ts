/** Runs jobs that share a key one after the other, in order; jobs with different keys side by side. */
export type Serializer = <Result>(key: string, job: () => Promise<Result>) => Promise<Result>;

export function createSerializer(): Serializer {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, job) => {
    const before = tails.get(key) ?? Promise.resolve();
    // A job's failure is its own caller's; the next one runs all the same.
    const mine = before.then(job, job);
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
}
