/** Chance that can be repeated: the same seed gives the same row of numbers. */
export interface Random {
  /** From 0 up to, but not, 1. */
  share(): number;
  /** A whole number, both ends included. */
  int(least: number, most: number): number;
  chance(share: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** Mulberry32, which fits 32 bits of seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (least: number, most: number): number => least + Math.floor(share() * (most - least + 1));
  return {
    share,
    int,
    chance: (likely) => share() < likely,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
  };
}

/** Each round has a row of its own, so that one can be repeated without those before it. */
export function roundSeed(seed: number, round: number): number {
  return createRandom((seed ^ Math.imul(round + 1, 0x9e3779b1)) >>> 0).int(0, 2 ** 32 - 1);
}
