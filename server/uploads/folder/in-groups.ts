/** Does a job for an item; those that ask for the same key while it is being done for others come together after that. */
export type InGroups<Item, Result> = (key: string, item: Item) => Promise<Result>;

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * For jobs of which a part costs as much for one as for many. Groups of one key come one after the other, of different keys side by
 * side.
 * @param job answers with the outcome of each item, in their order; when it rejects, that is the outcome of all
 */
export function createGroups<Item, Result>(job: (items: readonly Item[]) => Promise<readonly PromiseSettledResult<Result>[]>): InGroups<Item, Result> {
  const waiting = new Map<string, Waiter<Item, Result>[]>();

  const doGroup = async (group: readonly Waiter<Item, Result>[]): Promise<void> => {
    try {
      const outcomes = await job(group.map(({ item }) => item));
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index];
        if (outcome?.status === 'fulfilled') resolve(outcome.value);
        else reject(outcome?.reason);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };

  const run = async (key: string, first: readonly Waiter<Item, Result>[]): Promise<void> => {
    for (let group = first; group.length > 0; ) {
      await doGroup(group);
      group = waiting.get(key) ?? [];
      waiting.set(key, []);
    }
    waiting.delete(key);
  };

  return (key, item) =>
    new Promise((resolve, reject) => {
      const waiter = { item, resolve, reject };
      const others = waiting.get(key);
      if (others !== undefined) {
        others.push(waiter);
        return;
      }
      waiting.set(key, []);
      void run(key, [waiter]);
    });
}
