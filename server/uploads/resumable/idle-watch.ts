/** A client may send in chunks with pauses between; after so long without one, its upload counts as interrupted. */
const IDLE_AFTER_MS = 10_000;

/** Tells of uploads that wait for their next chunk for too long. */
export interface IdleWatch {
  /** Begins to wait, from now on. */
  start(id: string): void;
  /** The next chunk is here, or the upload has ended. */
  clear(id: string): void;
  stop(): void;
}

export function createIdleWatch(onIdle: (id: string) => void): IdleWatch {
  const timers = new Map<string, NodeJS.Timeout>();

  const clear = (id: string): void => {
    clearTimeout(timers.get(id));
    timers.delete(id);
  };

  return {
    start(id) {
      clear(id);
      const tell = (): void => {
        timers.delete(id);
        onIdle(id);
      };
      timers.set(id, setTimeout(tell, IDLE_AFTER_MS).unref());
    },
    clear,
    stop() {
      for (const id of timers.keys()) clear(id);
    },
  };
}
