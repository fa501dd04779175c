/** One address is told so many records in a second, and all together so many: nobody can make this computer shout at a third one. */
const MOST_PER_ADDRESS = 40;
const MOST_TOGETHER = 200;

/** Who may be told what, and how often. */
export interface MdnsTurns {
  /** Whether it may be said to all now, which takes the turn. @param everyMs least time since it was said last */
  takeForAll(key: string, everyMs: number): boolean;
  /** Milliseconds since all were told; infinite before. */
  sinceTold(key: string): number;
  /** Whether that one may be told one record more now, which counts. */
  takeForOne(address: string): boolean;
}

/** @param secondMs what counts as a second */
export function createMdnsTurns(secondMs: number): MdnsTurns {
  const toldAtMs = new Map<string, number>();
  let counts = new Map<string, number>();
  let together = 0;
  let countedFromMs = 0;

  const sinceTold = (key: string): number => performance.now() - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY);
  return {
    sinceTold,
    takeForAll(key, everyMs) {
      if (sinceTold(key) < everyMs) return false;
      toldAtMs.set(key, performance.now());
      return true;
    },
    takeForOne(address) {
      if (performance.now() - countedFromMs > secondMs) [counts, together, countedFromMs] = [new Map<string, number>(), 0, performance.now()];
      const count = (counts.get(address) ?? 0) + 1;
      if (count > MOST_PER_ADDRESS || together >= MOST_TOGETHER) return false;
      counts.set(address, count);
      together += 1;
      return true;
    },
  };
}
