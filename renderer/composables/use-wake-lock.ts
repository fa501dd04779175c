import { onScopeDispose, watch, type WatchSource } from 'vue';

/**
 * Keeps the screen on while `wanted` is true. Only secure contexts may (Screen Wake Lock API); a page over plain HTTP does
 * without and goes on when its person returns.
 */
export function useWakeLock(wanted: WatchSource<boolean>): void {
  let lock: WakeLockSentinel | null = null;
  let wants = false;

  async function hold(): Promise<void> {
    if (!wants || document.hidden || !('wakeLock' in navigator) || (lock !== null && !lock.released)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (!wants) await lock.release();
    } catch (error) {
      // The system says no, for instance to save its battery.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  const returned = (): void => { void hold(); };
  watch(wanted, (now) => {
    wants = now;
    if (now) void hold();
    else void lock?.release();
  }, { immediate: true });
  document.addEventListener('visibilitychange', returned);
  onScopeDispose(() => {
    wants = false;
    document.removeEventListener('visibilitychange', returned);
    void lock?.release();
  });
}
