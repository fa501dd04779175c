import { makeId } from './make-id.ts';
import type { PickedFile } from './picked-file.ts';
import type { QueuedFile } from './plan-request.ts';
import { isMoving, isOpen, type SendItem, type SendState } from './send-item.ts';
import type { AdoptedFile } from './unfinished-file.ts';

/** The files of a sender and where each one is. */
export interface SendList {
  /** By upload id, in the order in which they were added. */
  readonly items: ReadonlyMap<string, SendItem>;
  add(files: readonly PickedFile[]): void;
  /** Files that already have a batch. Those that are here already stay as they are. @returns the ids of the others */
  adopt(files: readonly AdoptedFile[]): readonly string[];
  remove(ids: readonly string[]): void;
  setState(ids: readonly string[], state: SendState): void;
  /** The server said how much it has. */
  setArrived(id: string, arrivedBytes: number): void;
  /** Nothing of it is kept there: it has to leave once more, as a whole. */
  setGone(id: string): void;
  /** See SendItem. */
  setSentBytes(id: string, sentBytes: number): void;
  /** Puts all that is ready into one new batch. @returns their ids */
  batchReady(): readonly string[];
  /** The same files under new ids, in a new batch. @returns the new ids */
  renew(ids: readonly string[]): readonly string[];
  idsIn(kind: SendState['kind']): readonly string[];
  /** Announced, and its turn has not come. */
  isWaiting(id: string): boolean;
  isOpen(id: string): boolean;
  isMoving(id: string): boolean;
  /** Files that have a batch, as they are sent. */
  queued(ids: Iterable<string>): readonly QueuedFile[];
}

const GONE = { begun: false, sentBytes: 0, arrivedBytes: 0 } as const satisfies Partial<SendItem>;

export function createSendList(): SendList {
  const items = new Map<string, SendItem>();

  function idsIn(kind: SendState['kind']): readonly string[] {
    return [...items.values()].filter(({ state }) => state.kind === kind).map(({ picked }) => picked.id);
  }

  function change(id: string, changes: Partial<SendItem>): void {
    const item = items.get(id);
    if (item !== undefined) items.set(id, { ...item, ...changes });
  }

  function is(id: string, what: (item: SendItem) => boolean): boolean {
    const item = items.get(id);
    return item !== undefined && what(item);
  }

  return {
    items, idsIn,
    add(files) {
      for (const picked of files) items.set(picked.id, { picked, batch: null, state: { kind: 'ready' }, ...GONE });
    },
    adopt(files) {
      const strange = files.filter(({ picked }) => !items.has(picked.id));
      for (const { picked, batch, begun } of strange) items.set(picked.id, { picked, batch, state: { kind: 'queued', announced: false }, ...GONE, begun });
      return strange.map(({ picked }) => picked.id);
    },
    remove(ids) {
      for (const id of ids) items.delete(id);
    },
    setState(ids, state) {
      for (const id of ids) {
        const item = items.get(id);
        if (item !== undefined) items.set(id, { ...item, state, sentBytes: sentIn(state, item) });
      }
    },
    setArrived(id, arrivedBytes) { change(id, { begun: true, arrivedBytes, sentBytes: arrivedBytes }); },
    setGone(id) { change(id, GONE); },
    setSentBytes(id, sentBytes) { change(id, { sentBytes }); },
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
        items.set(picked.id, { ...item, picked, batch, ...GONE });
        renewed.push(picked.id);
      }
      return renewed;
    },
    isWaiting: (id) => is(id, ({ state }) => state.kind === 'queued' && state.announced),
    isOpen: (id) => is(id, isOpen),
    isMoving: (id) => is(id, isMoving),
    queued(ids) {
      return [...ids].flatMap((id): QueuedFile[] => {
        const item = items.get(id);
        return item === undefined || item.batch === null ? [] : [{ ...item.picked, batch: item.batch }];
      });
    },
  };
}

/** A file of which the server keeps nothing has to leave once more, as a whole. */
function sentIn({ kind }: SendState, { picked, begun, sentBytes }: SendItem): number {
  if (kind === 'stored') return picked.file.size;
  return begun || kind === 'sending' ? sentBytes : 0;
}
