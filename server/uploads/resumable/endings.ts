import type { Found } from './find-place.ts';

/** The ends of uploads: first nothing is left of them, then their records say so. */
export interface Endings {
  /**
   * Removes an upload from staging, its lock last, and then calls `say`, at once: whoever reads in a record that an upload has ended
   * finds nothing of it any more.
   * @throws system errors; then nothing was said
   */
  end(found: Found, say: () => void): Promise<void>;
  /** Resolves when no upload of that id is gone without its record saying so. Never rejects. */
  settled(id: string): Promise<void>;
}

export function createEndings(): Endings {
  const ending = new Map<string, Promise<void>>();

  async function clear({ folder, state, lock }: Found): Promise<void> {
    await folder.resumables.remove(state.info.id);
    // A lock that cannot be removed is nobody's from now on, and whoever wants it takes it over.
    await lock.release().catch(() => undefined);
  }

  return {
    async end(found, say) {
      const { id } = found.state.info;
      const over = clear(found).then(say).finally(() => ending.delete(id));
      // Whoever ends it hears of the error.
      ending.set(id, over.catch(() => undefined));
      await over;
    },
    async settled(id) {
      await ending.get(id);
    },
  };
}
