import type { UnfinishedNote } from './unfinished-notes.ts';

/** Which page has a file, and since when by `Date.now()`. */
export interface Claim {
  readonly page: string;
  readonly atMs: number;
}

/** What other pages have, by file. */
export type Claims = ReadonlyMap<string, Claim>;

/**
 * Which load of the page goes on with a file that two of them have: the one that took it last, because its person is there. Every page
 * comes to the same answer, in whatever order it hears of the other one's note.
 */
export interface FileClaims {
  /** When this page took the file, by `Date.now()`; the first question is the taking. */
  takenAtMs(id: string): number;
  /** Takes a file from whichever of the others has it. */
  take(id: string, others: Claims): void;
  /** True when another page took it later. */
  isLost(id: string, others: Claims): boolean;
}

/** The latest claim to each file in these notes. */
export function readClaims(notes: readonly UnfinishedNote[]): Claims {
  const claims = new Map<string, Claim>();
  for (const { page, files } of notes) {
    for (const { id, takenAtMs: atMs = 0 } of files) {
      const known = claims.get(id);
      if (known === undefined || isLater({ page, atMs }, known)) claims.set(id, { page, atMs });
    }
  }
  return claims;
}

/** At the same moment, the greater id. */
function isLater(one: Claim, other: Claim): boolean {
  return one.atMs > other.atMs || (one.atMs === other.atMs && one.page > other.page);
}

/** @param page this one's id */
export function createFileClaims(page: string): FileClaims {
  const taken = new Map<string, number>();

  function takenAtMs(id: string): number {
    const atMs = taken.get(id) ?? Date.now();
    taken.set(id, atMs);
    return atMs;
  }

  return {
    takenAtMs,
    take(id, others) {
      // A clock may have been put back since.
      taken.set(id, Math.max(Date.now(), (others.get(id)?.atMs ?? 0) + 1));
    },
    isLost(id, others) {
      const other = others.get(id);
      return other !== undefined && isLater(other, { page, atMs: takenAtMs(id) });
    },
  };
}
