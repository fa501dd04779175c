import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { HistoryEntry, HistoryReply } from '../../../server/contracts/history.ts';
import { ApiFailure, ServerUnreachable } from '../../api/api-failure.ts';
import type { Client } from '../../api/client.ts';

/** Typing is over when no key came for so long. */
const SEARCH_AFTER_MS = 150;
/** A thousand files that arrive are not a thousand looks at the list. */
const REFRESH_AFTER_MS = 500;

export interface History {
  /** As many as have been asked for, newest first. */
  readonly entries: Readonly<ShallowRef<readonly HistoryEntry[]>>;
  /** How many there are that match. */
  readonly total: Readonly<Ref<number>>;
  readonly search: Ref<string>;
  /** What the entries were searched for. */
  readonly searched: Readonly<Ref<string>>;
  /** `failed`: the list could not be read. */
  readonly state: Readonly<Ref<'loading' | 'loaded' | 'failed'>>;
  /** Asks for the next page, if there is one. */
  more(): void;
  remove(id: string): Promise<void>;
  clear(): Promise<void>;
}

/** What arrived here, also in earlier runs. @param arrived changes when something has arrived */
export function useHistory(client: Client, arrived: () => unknown): History {
  const entries = shallowRef<readonly HistoryEntry[]>([]);
  const total = ref(0);
  const search = ref('');
  const searched = ref('');
  const state = ref<'loading' | 'loaded' | 'failed'>('loading');
  let next: string | null = null;
  let asking: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** One question at a time; a newer one calls the older off. */
  async function ask(take: (reply: HistoryReply) => void, before?: string): Promise<void> {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const q = search.value.trim();
    try {
      const reply = await client.call('GET /api/history', { query: { ...(q === '' ? {} : { q }), ...(before === undefined ? {} : { before }) }, signal: mine.signal });
      if (mine.signal.aborted) return;
      take(reply);
      total.value = reply.total;
      searched.value = q;
      state.value = 'loaded';
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof ApiFailure || error instanceof ServerUnreachable)) throw error;
      state.value = 'failed';
    } finally {
      if (asking === mine) asking = null;
    }
  }

  function takeAll(reply: HistoryReply): void {
    entries.value = reply.entries;
    next = reply.next;
  }

  /** The newest page may know more, and tells anew which files are there. */
  function takeNewest(reply: HistoryReply): void {
    const newest = new Map(reply.entries.map((entry) => [entry.id, entry]));
    const known = entries.value.filter(({ id }) => !newest.has(id));
    // Nothing in common: what lies between is not known.
    if (known.length === entries.value.length) takeAll(reply);
    else entries.value = [...reply.entries, ...known];
  }

  function soon(job: () => void, afterMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(job, afterMs);
  }

  /** For what a person wants changed: the list is read anew, also when it did not work. */
  async function change(job: Promise<null>): Promise<void> {
    await job.catch((error: unknown) => {
      // Gone already is as good; no answer is told by the banner over the list.
      if (!(error instanceof ApiFailure || error instanceof ServerUnreachable)) throw error;
    });
  }

  watch(search, () => { soon(() => void ask(takeAll), SEARCH_AFTER_MS); });
  watch(arrived, () => { soon(() => void ask(searched.value === search.value.trim() ? takeNewest : takeAll), REFRESH_AFTER_MS); });
  onScopeDispose(() => {
    clearTimeout(timer);
    asking?.abort();
  });
  void ask(takeAll);

  return {
    entries, total, search, searched, state,
    more() {
      if (next === null || asking !== null) return;
      void ask((reply) => {
        entries.value = [...entries.value, ...reply.entries];
        next = reply.next;
      }, next);
    },
    async remove(id) {
      entries.value = entries.value.filter((entry) => entry.id !== id);
      total.value -= 1;
      await change(client.call('DELETE /api/history/:id', { params: { id } }));
    },
    async clear() {
      await change(client.call('DELETE /api/history', {}));
      await ask(takeAll);
    },
  };
}
