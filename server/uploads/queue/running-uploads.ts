import type { Failure } from '../../failure.ts';

/** An upload whose bytes come through this process. */
export interface Running {
  /** Aborted with a Failure when the upload is to end. */
  readonly signal: AbortSignal;
  /** It has come to an end, and its record says so. */
  over(): void;
}

/** The uploads whose bytes come through this process, and how to end each. */
export class RunningUploads {
  readonly #running = new Map<string, { readonly ending: AbortController; readonly over: Promise<void> }>();

  begin(id: string): Running {
    const ending = new AbortController();
    let settle = (): void => undefined;
    const entry = { ending, over: new Promise<void>((resolve) => (settle = resolve)) };
    this.#running.set(id, entry);
    const over = (): void => {
      if (this.#running.get(id) === entry) this.#running.delete(id);
      settle();
    };
    return { signal: ending.signal, over };
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Resolves when it has come to an end by itself; null when it does not run. */
  over(id: string): Promise<void> | null {
    return this.#running.get(id)?.over ?? null;
  }

  /** Ends one, at once; resolves when its record says so, or that it was too late. Null when it does not run. */
  end(id: string, failure: Failure): Promise<void> | null {
    const entry = this.#running.get(id);
    entry?.ending.abort(failure);
    return entry?.over ?? null;
  }
}
