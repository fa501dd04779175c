/** One way to keep the screen on. */
export interface ScreenKeeper {
  /** Answers whether the screen is kept on from now. Call it in the event of a tap where there is one: it may ask for nothing less. */
  hold(): Promise<boolean>;
  release(): void;
}

/**
 * The Screen Wake Lock API. Null where there is none, which is every page over plain HTTP: it is for secure contexts only.
 * @param lost called when the system takes the lock back, as it does whenever the page is hidden
 */
export function createScreenLock(lost: () => void): ScreenKeeper | null {
  if (!('wakeLock' in navigator)) return null;
  let lock: WakeLockSentinel | null = null;
  let wants = false;
  return {
    async hold() {
      wants = true;
      if (lock?.released === false) return true;
      if (document.hidden) return false;
      try {
        const held = await navigator.wakeLock.request('screen');
        lock = held;
        held.addEventListener('release', () => { if (wants && lock === held) lost(); });
        if (!wants) await held.release();
        return wants;
      } catch (error) {
        // The system says no, for instance to save its battery, or the page was hidden meanwhile.
        if (error instanceof DOMException) return false;
        throw error;
      }
    },
    release() {
      wants = false;
      void lock?.release();
      lock = null;
    },
  };
}
