import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { Client } from '../api/client.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { createPollLoop } from './poll-loop.ts';
import { applyQueueReply, arrivedBetween, isMovingState, NO_RECORDS, type QueueRecords } from './queue-records.ts';
import { createRateMeter, type RateMeter } from './rate-meter.ts';

const MOVING_DELAY_MS = 250;
const IDLE_DELAY_MS = 2000;
/** One lost poll is nothing to talk about. */
const FAILURES_BEFORE_BANNER = 2;

export interface Queue {
  readonly queue: Readonly<ShallowRef<QueueRecords>>;
  readonly bytesPerSecond: Readonly<Ref<number>>;
  /** Speed of one upload, bytes per second. */
  speedOf(id: string): number;
  /** False while the server does not answer. */
  readonly reachable: ComputedRef<boolean>;
  /** True once the first answer is there. */
  readonly loaded: ComputedRef<boolean>;
  start(): void;
  /** Asks at once. */
  wake(): void;
  stop(): void;
}

interface QueueOptions {
  /** True while this side knows of work that the server may not have told about yet. */
  readonly busy?: () => boolean;
  readonly learned?: (changed: readonly UploadRecord[]) => void;
}

/**
 * The queue as the server sees it, kept fresh by polling: 4 times a second while something moves, every 2 s when nothing
 * does, not at all while hidden and idle. Stops with the component that uses it.
 */
export function useQueue(client: Client, { busy = () => false, learned }: QueueOptions = {}): Queue {
  const queue = shallowRef<QueueRecords>(NO_RECORDS);
  const bytesPerSecond = ref(0);
  const failures = ref(0);
  /** True from a round that is late until one works. */
  const silent = ref(false);
  const all = createRateMeter();
  const each = new Map<string, RateMeter>();

  function measure(before: QueueRecords, changed: readonly UploadRecord[]): void {
    const nowMs = performance.now();
    let sum = 0;
    for (const [id, bytes] of arrivedBetween(before, changed)) {
      sum += bytes;
      const meter = each.get(id) ?? createRateMeter();
      meter.add(nowMs, bytes);
      each.set(id, meter);
    }
    if (sum > 0) all.add(nowMs, sum);
    for (const { id, state } of changed) if (!isMovingState(state)) each.delete(id);
  }

  function moving(): boolean {
    if (busy()) return true;
    const count = queue.value.totals?.count;
    return count !== undefined && count.waiting + count.receiving + count.finishing > 0;
  }

  const loop = createPollLoop({
    async ask(signal) {
      const since = queue.value.revision;
      const reply = await client.call('GET /api/uploads', { query: since === null ? {} : { since }, signal });
      const before = queue.value;
      queue.value = applyQueueReply(before, reply);
      if (reply.unchanged !== true) {
        // The first answer tells what came before we looked; that is no speed.
        if (before.revision !== null) measure(before, reply.uploads);
        learned?.(reply.uploads);
      }
    },
    delayMs: () => (moving() ? MOVING_DELAY_MS : document.hidden ? null : IDLE_DELAY_MS),
    failed(times) {
      failures.value = times;
      bytesPerSecond.value = all.perSecond(performance.now());
      if (times === 0) silent.value = false;
    },
    late() {
      silent.value = true;
      bytesPerSecond.value = 0;
    },
  });

  const wakeWhenSeen = (): void => { if (!document.hidden) loop.wake(); };
  document.addEventListener('visibilitychange', wakeWhenSeen);
  window.addEventListener('online', wakeWhenSeen);
  onScopeDispose(() => {
    loop.stop();
    document.removeEventListener('visibilitychange', wakeWhenSeen);
    window.removeEventListener('online', wakeWhenSeen);
  });

  return {
    queue,
    bytesPerSecond,
    speedOf: (id) => (silent.value ? 0 : each.get(id)?.perSecond(performance.now()) ?? 0),
    reachable: computed(() => failures.value < FAILURES_BEFORE_BANNER && !silent.value),
    loaded: computed(() => queue.value.revision !== null),
    start: loop.start,
    wake: loop.wake,
    stop: loop.stop,
  };
}

