import { makeId } from './make-id.ts';
import type { PickedFile } from './picked-file.ts';
import type { QueuedFile } from './plan-request.ts';
import { isMoving, type SendItem, type SendState } from './send-item.ts';

/** The files of a sender and where each one is. */
export interface SendList {
  /** By upload id, in the order in which they were added. */
  readonly items: ReadonlyMap<string, SendItem>;
  add(files: readonly PickedFile[]): void;
  remove(ids: readonly string[]): void;
  setState(ids: readonly string[], state: SendState): void;
  /** Puts all that is ready into one new batch. @returns their ids */
  batchReady(): readonly string[];
  /** The same files under new ids, in a new batch. @returns the new ids */
  renew(ids: readonly string[]): readonly string[];
  idsIn(kind: SendState['kind']): readonly string[];
  isMoving(id: string): boolean;
  /** Files that have a batch, as they are sent. */
  queued(ids: Iterable<string>): readonly QueuedFile[];
}

export function createSendList(): SendList {
  const items = new Map<string, SendItem>();

  function idsIn(kind: SendState['kind']): readonly string[] {
    return [...items.values()].filter(({ state }) => state.kind === kind).map(({ picked }) => picked.id);
  }

  function change(id: string, changes: Partial<SendItem>): void {
    const item = items.get(id);
    if (item !== undefined) items.set(id, { ...item, ...changes });
  }

  return {
    items, idsIn,
    add(files) {
      for (const picked of files) items.set(picked.id, { picked, batch: null, state: { kind: 'ready' } });
    },
    remove(ids) {
      for (const id of ids) items.delete(id);
    },
    setState(ids, state) {
      for (const id of ids) change(id, { state });
    },
    batchReady() {
      const batch = makeId();
      const ids = idsIn('ready');
      for (const id of ids) change(id, { batch });
      return ids;
    },
    renew(ids) {
      const old = new Set(ids);
      const batch = makeId();
      const renewed: string[] = [];
      const all = [...items];
      // A map keeps its order of adding, so all of it is added again.
      items.clear();
      for (const [id, item] of all) {
        if (!old.has(id)) {
          items.set(id, item);
          continue;
        }
        const picked = { ...item.picked, id: makeId() };
        items.set(picked.id, { ...item, picked, batch });
        renewed.push(picked.id);
      }
      return renewed;
    },
    isMoving(id) {
      const item = items.get(id);
      return item !== undefined && isMoving(item);
    },
    queued(ids) {
      return [...ids].flatMap((id): QueuedFile[] => {
        const item = items.get(id);
        return item === undefined || item.batch === null ? [] : [{ ...item.picked, batch: item.batch }];
      });
    },
  };
}
