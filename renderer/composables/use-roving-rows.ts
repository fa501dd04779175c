import { computed, nextTick, ref, type ComputedRef, type Ref } from 'vue';

/** A line of a list: a row that the keyboard can reach, or something between rows. */
interface Line {
  readonly kind: string;
  readonly key: string;
}

export interface RovingRows {
  /** Key of the row that had the keyboard last. */
  readonly chosen: Ref<string | null>;
  /** Index of the one row in the tab order; null when there is no row. */
  readonly active: ComputedRef<number | null>;
  /** Moves with the arrow keys, Home and End. @returns the row's place among the rows when the key was pressed on it; null when it is nobody's or done with */
  press(event: KeyboardEvent): number | null;
  /** The keyboard goes to the row beside, because the one in this place is about to go. */
  leave(position: number): void;
}

/**
 * One row in the tab order; arrows move it (ARIA practices, "roving tabindex").
 * @param lines those of kind `row` are rows
 * @param focusRow gives the keyboard to the line with that index
 */
export function useRovingRows(lines: () => readonly Line[], focusRow: (index: number) => void): RovingRows {
  const chosen = ref<string | null>(null);
  const rowIndexes = computed(() => lines().flatMap(({ kind }, index) => (kind === 'row' ? [index] : [])));
  const active = computed(() => {
    const index = lines().findIndex(({ key }) => key === chosen.value);
    return index >= 0 ? index : rowIndexes.value[0] ?? null;
  });

  function focusAt(position: number): void {
    const index = rowIndexes.value[Math.min(rowIndexes.value.length - 1, Math.max(0, position))];
    const line = index === undefined ? undefined : lines()[index];
    if (index === undefined || line === undefined) return;
    chosen.value = line.key;
    void nextTick(() => { focusRow(index); });
  }

  return {
    chosen,
    active,
    press(event) {
      const onRow = event.target instanceof HTMLElement && event.target.hasAttribute('data-focus');
      if (!onRow || active.value === null || event.altKey || event.ctrlKey || event.metaKey) return null;
      const position = rowIndexes.value.indexOf(active.value);
      const target = { ArrowDown: position + 1, ArrowUp: position - 1, Home: 0, End: rowIndexes.value.length - 1 }[event.key];
      if (target === undefined) return position;
      event.preventDefault();
      focusAt(target);
      return null;
    },
    leave(position) {
      focusAt(position + 1 < rowIndexes.value.length ? position + 1 : position - 1);
    },
  };
}
