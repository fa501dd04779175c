import { computed, onScopeDispose, ref, watch, type ComputedRef } from 'vue';

/** Often enough that no second is skipped. */
const TICK_MS = 250;

/** Whole seconds until a moment; null when there is none or it is over. @param atMs by `Date.now()` */
export function useCountdown(atMs: () => number | null): ComputedRef<number | null> {
  const nowMs = ref(Date.now());
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => { clearInterval(timer); };

  watch(atMs, (moment) => {
    stop();
    nowMs.value = Date.now();
    if (moment !== null) timer = setInterval(() => { nowMs.value = Date.now(); }, TICK_MS);
  }, { immediate: true });
  onScopeDispose(stop);

  return computed(() => {
    const moment = atMs();
    const seconds = moment === null ? 0 : Math.ceil((moment - nowMs.value) / 1000);
    return seconds > 0 ? seconds : null;
  });
}
