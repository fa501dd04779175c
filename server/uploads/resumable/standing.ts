/** How far an upload is. */
export interface Standing {
  readonly offset: number;
  readonly size: number;
  /** When what is there will be given up; null once all is stored. */
  readonly expiresAtMs: number | null;
}

/** Of an upload that has arrived: what is there stays. */
export function standingOfStored(size: number): Standing {
  return { offset: size, size, expiresAtMs: null };
}
