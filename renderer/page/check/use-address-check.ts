import { onMounted, onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { raceAddresses, type Finding } from './race-addresses.ts';

/** What is found changes when somebody turns the Wi-Fi on or wakes the computer. */
const EVERY_MS = 8000;

export interface AddressCheck {
  /** Null while the first answer is awaited, and the one that a person asked for. */
  readonly finding: Readonly<ShallowRef<Finding | null>>;
  /** Asks now. */
  again(): void;
}

/**
 * Looks for the computer again and again, for as long as whatever uses it is shown.
 * @param known what the page knows of it now
 * @param waitMs before the first time
 */
export function useAddressCheck(known: () => { readonly addresses: readonly string[]; readonly token: string | null }, waitMs: number): AddressCheck {
  const finding = shallowRef<Finding | null>(null);
  let calledOff = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    calledOff.abort();
  }

  async function ask(): Promise<void> {
    stop();
    const { signal } = (calledOff = new AbortController());
    const { addresses, token } = known();
    const found = await raceAddresses(addresses, token, signal);
    // A later question has taken its place, or nobody looks any more.
    if (signal.aborted) return;
    finding.value = found;
    plan(EVERY_MS);
  }

  const look = (): void => { void ask(); };

  function plan(delayMs: number): void {
    timer = setTimeout(look, delayMs);
  }

  onMounted(() => {
    if (waitMs === 0) look();
    else plan(waitMs);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
  });
  onScopeDispose(() => {
    stop();
    window.removeEventListener('online', look);
    window.removeEventListener('offline', look);
  });
  return {
    finding,
    again() {
      finding.value = null;
      look();
    },
  };
}
