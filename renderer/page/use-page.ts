import { computed, ref, watch, type ComputedRef, type Ref } from 'vue';
import { pageRow } from '../composables/page-rows.ts';
import { summarizeRows, type PageSummary } from '../composables/page-summary.ts';
import { fileWord } from '../composables/file-kind.ts';
import type { QueueRow } from '../composables/queue-row.ts';
import { useQueue, type Queue } from '../composables/use-queue.ts';
import { useSender } from '../composables/use-sender.ts';
import type { VerdictCounts } from '../i18n/messages.ts';
import type { Sender } from '../sender/sender.ts';
import { useAwake } from './awake/use-awake.ts';
import { createSafeStorage } from './session/safe-storage.ts';
import { createSessionStore } from './session/session-store.ts';
import { useDuplicates, type Duplicates } from './use-duplicates.ts';
import { useLeaveQuestion } from './use-leave-question.ts';
import { useSession, type Session } from './session/use-session.ts';
import { useUnfinished, type Unfinished } from './unfinished/use-unfinished.ts';

export interface Page {
  readonly session: Session;
  /** What this device wants for names that exist already. */
  readonly duplicates: Duplicates;
  readonly sender: Sender;
  readonly queue: Queue;
  readonly rows: ComputedRef<readonly QueueRow[]>;
  readonly summary: ComputedRef<PageSummary>;
  readonly counts: ComputedRef<VerdictCounts>;
  /** When sending is tried again after a loss, by `Date.now()`; null when no try is planned. */
  readonly nextTryAtMs: ComputedRef<number | null>;
  /** Whether something keeps the screen on. */
  readonly awake: Readonly<Ref<boolean>>;
  /** What an earlier load of the page left behind; all that is picked goes through it. */
  readonly unfinished: Unfinished;
  /** Names of dropped things that could not be read. */
  readonly unreadable: Ref<readonly string[]>;
}

/** Everything the page knows, in one place: the way in, the sender, and what the server says of both. */
export function usePage(): Page {
  const storage = createSafeStorage();
  const session = useSession(createSessionStore(storage), () => {
    queue.start();
    queue.wake();
    sender.resume();
  });
  const duplicates = useDuplicates(storage, session.state);
  const { sender, items, busy } = useSender(session.client, () => duplicates.chosen.value);
  const queue = useQueue(session.client, { busy, learned: sender.learn });
  watch(session.state, ({ kind }) => { if (kind !== 'open') queue.stop(); });

  const rows = computed(() => {
    const { records } = queue.queue.value;
    return [...items.value.values()].map((item) => pageRow(item, records.get(item.picked.id), queue.speedOf(item.picked.id)));
  });
  const summary = computed(() => summarizeRows(rows.value));
  const counts = computed(() => {
    const { sent, stored, verified, alreadyThere, failed, cancelled } = summary.value;
    return { word: fileWord(sent.map(({ kind }) => kind)), total: sent.length, stored, verified, alreadyThere, failed, cancelled };
  });

  // The sender tells of every change through its items.
  const nextTryAtMs = computed(() => (items.value.size === 0 ? null : sender.nextTryAtMs()));

  // Work that has just begun must not wait for an idle poll.
  watch(() => summary.value.phase, (phase) => { if (phase === 'sending') queue.wake(); });

  const awake = useAwake({
    wanted: () => session.state.value.kind === 'open' && summary.value.phase === 'sending',
    wantedNow: () => session.state.value.kind === 'open' && busy(),
    arrived: () => summary.value.receivedBytes + summary.value.stored,
  });

  const unfinished = useUnfinished({ storage, client: session.client, sender, items, queue: queue.queue });
  useLeaveQuestion({ items, remember: unfinished.remember });

  return { session, duplicates, sender, queue, rows, summary, counts, nextTryAtMs, awake, unfinished, unreadable: ref([]) };
}
