import type { HistoryEntry } from '../../../server/contracts/history.ts';

/** One line of the history: the head of a day, or a file that arrived on it. */
export type HistoryLine =
  | { readonly kind: 'day'; readonly key: string; readonly day: string }
  | { readonly kind: 'row'; readonly key: string; readonly entry: HistoryEntry };

/** @param dayOf how a person calls the day of that time */
export function historyLines(entries: readonly HistoryEntry[], dayOf: (atMs: number) => string): readonly HistoryLine[] {
  let last: string | null = null;
  return entries.flatMap((entry): readonly HistoryLine[] => {
    const day = dayOf(entry.storedAtMs);
    const row = { kind: 'row', key: entry.id, entry } as const;
    if (day === last) return [row];
    last = day;
    return [{ kind: 'day', key: `day ${entry.id}`, day }, row];
  });
}
