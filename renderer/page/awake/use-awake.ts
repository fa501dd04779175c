import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { createScreenLock, type ScreenKeeper } from './screen-lock.ts';

/** A computer that has gone away must not cost a phone its battery. */
const FRUITLESS_MS = 5 * 60_000;

interface AwakeOptions {
  /** Whether something is on its way; watched. */
  readonly wanted: () => boolean;
  /** The same, right after a tap, when what is watched has not caught up. */
  readonly wantedNow: () => boolean;
  /** Any number that changes whenever bytes arrive; watched. */
  readonly arrived: () => number;
}

/**
 * Keeps the phone's screen on while files are sent: with the wake lock where there is one, else with a silent film.
 * Answers whether something keeps it on right now. Stops with the component that uses it.
 */
export function useAwake({ wanted, wantedNow, arrived }: AwakeOptions): Readonly<Ref<boolean>> {
  const held = ref(false);
  const fruitless = ref(false);
  let trying = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new AbortController();

  const lost = (): void => { held.value = false; };
  const lock = createScreenLock(lost);
  const keepers: ScreenKeeper[] = lock === null ? [] : [lock];
  // Not needed to open the page, but there before anybody taps "Send".
  void import('./silent-video.ts').then(({ createSilentVideo }) => keepers.push(createSilentVideo(lost))).catch(() => {
    // No line: the screen goes dark as usual, and sending goes on when it is back.
  });

  async function hold(): Promise<void> {
    if (held.value || trying || document.hidden) return;
    trying = true;
    // Without a wait before the first try: a film may have to begin in the very event of a tap.
    for (const keeper of keepers) {
      if (await keeper.hold()) {
        held.value = true;
        break;
      }
    }
    trying = false;
    if (!wantedNow() || fruitless.value) release();
  }

  function release(): void {
    for (const keeper of keepers) keeper.release();
    held.value = false;
  }

  function noteArrival(): void {
    clearTimeout(timer);
    fruitless.value = false;
    if (wanted()) timer = setTimeout(() => { fruitless.value = true; }, FRUITLESS_MS);
  }

  watch([wanted, arrived], noteArrival, { immediate: true });
  watch(() => wanted() && !fruitless.value, (now) => {
    if (now) void hold();
    else release();
  }, { immediate: true });
  const again = (): void => { if (wantedNow() && !fruitless.value) void hold(); };
  // A tap on "Send" has done its work when it gets here; any later one is as good where an earlier was not enough.
  document.addEventListener('click', again, { signal: listeners.signal });
  document.addEventListener('visibilitychange', again, { signal: listeners.signal });
  onScopeDispose(() => {
    clearTimeout(timer);
    listeners.abort();
    release();
  });
  return held;
}
