/** `localStorage` that never throws: where it is switched off or full, what is written lives as long as the page. */
export interface SafeStorage {
  get(key: string): string | null;
  /** Answers whether it will still be there after the page is gone. */
  set(key: string, value: string): boolean;
  remove(key: string): void;
  keys(): readonly string[];
}

export function createSafeStorage(): SafeStorage {
  const memory = new Map<string, string>();

  /** Browsers throw a SecurityError already for looking at the property. */
  function attempt<Result>(work: (storage: Storage) => Result, otherwise: Result): Result {
    try {
      return work(localStorage);
    } catch (error) {
      if (error instanceof DOMException) return otherwise;
      throw error;
    }
  }

  return {
    get: (key) => attempt((storage) => storage.getItem(key), null) ?? memory.get(key) ?? null,
    set(key, value) {
      const kept = attempt((storage) => {
        storage.setItem(key, value);
        return true;
      }, false);
      if (kept) memory.delete(key);
      else memory.set(key, value);
      return kept;
    },
    remove(key) {
      memory.delete(key);
      attempt((storage) => { storage.removeItem(key); }, undefined);
    },
    keys: () => [...new Set([...attempt((storage) => Object.keys(storage), []), ...memory.keys()])],
  };
}
