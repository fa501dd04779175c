/** Where entries of the progress cache lie, for some time. */
export interface Store {
  /** Undefined when there is nothing. Anybody may have written it: whoever reads it checks it. */
  get(key: string): Promise<unknown>;
  /** @returns false when the store refused it */
  set(key: string, value: unknown, ttlMs: number): Promise<boolean>;
  remove(key: string): Promise<unknown>;
}

/** A store that other processes use too. Its calls reject when it cannot be reached, or never settle. */
export interface SharedStore extends Store {
  /** Settles when the first attempt to connect has ended. */
  readonly connected: Promise<unknown>;
  /** Told of errors that belong to no call. */
  onError(listener: (error: unknown) => void): void;
  close(): Promise<void>;
}
