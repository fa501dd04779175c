/** Drops what came first, so that no more than this stays. */
export function keepNewest(map: Map<string, unknown>, most: number): void {
  for (const oldest of [...map.keys()].slice(0, -most)) map.delete(oldest);
}
