import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ApiFailure, ServerUnreachable } from '../../api/api-failure.ts';
import type { Client } from '../../api/client.ts';
import { unfinishedRow } from '../../composables/page-rows.ts';
import type { QueueRow } from '../../composables/queue-row.ts';
import type { QueueRecords } from '../../composables/queue-records.ts';
import { makeId } from '../../sender/make-id.ts';
import type { PickedFile } from '../../sender/picked-file.ts';
import type { SendItem } from '../../sender/send-item.ts';
import type { Sender } from '../../sender/sender.ts';
import { describeItems, type UnfinishedFile } from '../../sender/unfinished-file.ts';
import { createFileClaims, readClaims } from './file-claims.ts';
import { matchPicked } from './match-picked.ts';
import { createPageRollCall } from './page-roll-call.ts';
import type { SafeStorage } from '../session/safe-storage.ts';
import { createUnfinishedNotes, type UnfinishedNote } from './unfinished-notes.ts';

/** A crash costs at most the notes of this long. */
const NOTE_EVERY_MS = 1000;

/** Files that an earlier load of this page was sending. */
export interface Unfinished {
  /** Those that wait to be chosen again, with what the server has of each. */
  readonly rows: ComputedRef<readonly QueueRow[]>;
  /** How many of them were found to have arrived meanwhile; whoever has told it may set it back. */
  readonly arrived: Ref<number>;
  /** How many picked files were left out, because they had arrived before; may be set back. */
  readonly leftOut: Ref<number>;
  /** Names of picked files that only looked like one of them. */
  readonly otherDate: Ref<readonly string[]>;
  /** Notes what is under way now; false where that does not outlive the page. */
  remember(): boolean;
  /** Takes whatever was picked: goes on with what is recognised, and adds the rest. */
  take(files: readonly PickedFile[]): void;
  /** Drops them here and on the server. */
  forget(ids: readonly string[]): Promise<void>;
}

interface UnfinishedOptions {
  readonly storage: SafeStorage;
  readonly client: Client;
  readonly sender: Sender;
  readonly items: Readonly<ShallowRef<ReadonlyMap<string, SendItem>>>;
  readonly queue: Readonly<ShallowRef<QueueRecords>>;
}

/** Notes what is under way, and finds what an earlier load of the page left behind. Stops with the component that uses it. */
export function useUnfinished({ storage, client, sender, items, queue }: UnfinishedOptions): Unfinished {
  const page = makeId();
  const notes = createUnfinishedNotes(storage);
  const claims = createFileClaims(page);
  const rollCall = createPageRollCall(page);
  const listeners = new AbortController();
  const left = shallowRef<readonly UnfinishedFile[]>([]);
  const arrived = ref(0);
  const leftOut = ref(0);
  const otherDate = ref<readonly string[]>([]);
  let lasting = true;
  /** Files that arrived while others of the same visit did not. */
  let done: readonly UnfinishedFile[] = [];
  let alive: ReadonlySet<string> | null = null;
  let noted = '';
  /** Files that are held back here, because another page took them. */
  let yielded: ReadonlySet<string> = new Set();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Files of pages that said goodbye, and, once it is known who is alive, of those that could not. */
  function look(): void {
    const found = new Map<string, UnfinishedFile>();
    const over = new Map(done.map((file) => [file.id, file]));
    const isAtWork = ({ page: other, left: isLeft }: UnfinishedNote): boolean => !isLeft && (alive === null || alive.has(other));
    const others = notes.all().filter((note) => note.page !== page);
    const taken = new Set(others.filter(isAtWork).flatMap(({ files }) => files.map(({ id }) => id)));
    for (const note of others) {
      if (isAtWork(note)) continue;
      for (const file of note.files) if (!items.value.has(file.id) && !taken.has(file.id)) found.set(file.id, file);
      for (const file of note.arrived) over.set(file.id, file);
    }
    left.value = [...found.values()];
    done = [...over.values()];
  }

  function note(leaving = false): void {
    clearTimeout(timer);
    timer = undefined;
    yieldTaken();
    const files = sender.unfinished().filter(({ id }) => !yielded.has(id)).map((file) => ({ ...file, takenAtMs: claims.takenAtMs(file.id) }));
    const stored = describeItems([...items.value.values()].filter(({ state }) => state.kind === 'stored'));
    const text = JSON.stringify({ leaving, files, stored: stored.length });
    if (text === noted) return;
    noted = text;
    lasting = notes.write(page, files, [...done, ...stored], leaving);
  }

  /**
   * While this page slept, another one may have gone on with its files: then they are held back here. What goes on here all the same is
   * taken back: a person wants it so.
   */
  function yieldTaken(): void {
    const others = readClaims(notes.all().filter((other) => other.page !== page && !other.left));
    const isPaused = (id: string): boolean => sender.items.get(id)?.state.kind === 'paused';
    const isWanted = (id: string): boolean => yielded.has(id) && !isPaused(id);
    const lost = sender.unfinished().map(({ id }) => id).filter((id) => claims.isLost(id, others));
    for (const id of lost) if (isWanted(id)) claims.take(id, others);
    const gone = lost.filter((id) => !isWanted(id));
    sender.pause(gone);
    // A small one on its way goes on, and harms nobody.
    yielded = new Set(gone.filter(isPaused));
  }

  function drop(ids: ReadonlySet<string>): void {
    notes.takeOut(ids, page);
    left.value = left.value.filter(({ id }) => !ids.has(id));
  }

  watch(items, () => { timer ??= setTimeout(note, NOTE_EVERY_MS); });
  watch([queue, left], ([{ records, revision }]) => {
    if (revision === null) return;
    const over = left.value.filter(({ id }) => records.get(id)?.state === 'stored' || records.get(id)?.state === 'cancelled');
    if (over.length === 0) return;
    const stored = over.filter(({ id }) => records.get(id)?.state === 'stored');
    arrived.value += stored.length;
    done = [...done, ...stored];
    drop(new Set(over.map(({ id }) => id)));
  });

  look();
  void rollCall.others().then((others) => {
    alive = others;
    look();
  });
  const { signal } = listeners;
  // Told of what other tabs write; a page that slept looks itself.
  window.addEventListener('storage', () => { yieldTaken(); look(); }, { signal });
  window.addEventListener('pagehide', () => { note(true); }, { signal });
  window.addEventListener('pageshow', ({ persisted }) => { if (persisted) { yieldTaken(); note(); look(); } }, { signal });
  document.addEventListener('visibilitychange', () => { if (document.hidden) note(); else yieldTaken(); }, { signal });
  onScopeDispose(() => {
    clearTimeout(timer);
    listeners.abort();
    rollCall.stop();
  });

  return {
    rows: computed(() => left.value.map((file) => unfinishedRow(file, queue.value.records.get(file.id)))),
    arrived, leftOut, otherDate,
    remember() {
      note();
      return lasting;
    },
    take(files) {
      // Once all of that visit has arrived, who chooses something again wants it sent again.
      const match = matchPicked(files, left.value, left.value.length > 0 ? done : []);
      leftOut.value = match.arrived.length;
      otherDate.value = match.otherDate.map(({ file }) => file.name);
      const { records } = queue.value;
      sender.adopt(match.adopted.map((one) => ({ ...one, begun: one.begun || records.get(one.picked.id)?.state === 'interrupted' })));
      sender.add(match.added);
      if (match.adopted.length === 0) return;
      const others = readClaims(notes.all().filter((other) => other.page !== page));
      for (const { picked } of match.adopted) claims.take(picked.id, others);
      note();
      drop(new Set(match.adopted.map(({ picked }) => picked.id)));
    },
    async forget(ids) {
      for (const id of ids) {
        try {
          await client.call('DELETE /api/uploads/:id', { params: { id } });
        } catch (error) {
          // Nobody is there to be told: it stays in sight, to be forgotten later.
          if (error instanceof ServerUnreachable) return;
          // Refused: unknown there, which is what was wanted.
          if (!(error instanceof ApiFailure)) throw error;
        }
        drop(new Set([id]));
      }
    },
  };
}
