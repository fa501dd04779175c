import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** Long enough to take out a phone and scan; whoever still waits wonders. */
const LATE_AFTER_MS = 20_000;

/**
 * True when somebody has been waited for too long. Begins anew with another key, and is false at once when nobody is waited for.
 * @param waitsFor what somebody is waited for with; null when nobody is
 */
export function useLate(waitsFor: () => string | null): Readonly<Ref<boolean>> {
  const late = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(waitsFor, (key) => {
    clearTimeout(timer);
    late.value = false;
    if (key !== null) timer = setTimeout(() => { late.value = true; }, LATE_AFTER_MS);
  }, { immediate: true });
  onScopeDispose(() => clearTimeout(timer));
  return late;
}
