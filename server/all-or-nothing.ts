/** Undoes one step of a start. */
type Undo = () => Promise<unknown>;

/**
 * Starts something in several steps. When one of them fails, what those before it have started is stopped, the latest first.
 * @param start tells of each step how it is undone
 * @throws what the step threw
 */
export async function allOrNothing<Result>(start: (onFailure: (undo: Undo) => void) => Promise<Result>): Promise<Result> {
  const steps: Undo[] = [];
  try {
    return await start((undo) => void steps.unshift(undo));
  } catch (error) {
    for (const undo of steps) {
      // Whatever comes of it, it is the first failure that counts.
      await undo().catch(() => undefined);
    }
    throw error;
  }
}
