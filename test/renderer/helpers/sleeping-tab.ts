import type { Page } from '@playwright/test';

/** A tab that may sleep while its script goes on, so that a test decides in which order it hears and does things. */
export interface SleepingTab {
  /** From now on it answers no other tab, and sees of `localStorage` only what was there and what it writes itself. */
  begin(): Promise<void>;
  /** It sees what is there, and hears that something changed. */
  end(): Promise<void>;
  /** As when its person goes to another page and comes back: it notes anew what it has under way. */
  noteAgain(): Promise<void>;
}

declare global {
  interface Window {
    tabSleep: { begin(): void; end(): void };
  }
}

/** To be called before the page is opened. */
export async function prepareSleep(page: Page): Promise<SleepingTab> {
  await page.addInitScript(() => {
    const real = localStorage;
    let seen: Record<string, string> | null = null;
    // What a browser's process holds of the storage is as late as this: what another process writes comes by message.
    const late = (known: Record<string, string>): unknown => new Proxy(known, {
      get: (_target, name) => ({
        getItem: (key: string) => known[key] ?? null,
        setItem(key: string, value: string) {
          known[key] = value;
          real.setItem(key, value);
        },
        removeItem(key: string) {
          Reflect.deleteProperty(known, key);
          real.removeItem(key);
        },
      })[String(name)],
    });
    Object.defineProperty(window, 'localStorage', { get: () => (seen === null ? real : late(seen)) });
    const post = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function answer(...said) { if (seen === null) post.apply(this, said); };
    window.tabSleep = {
      begin() { seen = Object.fromEntries(Object.entries(real)); },
      end() {
        seen = null;
        dispatchEvent(new StorageEvent('storage'));
      },
    };
  });
  return {
    begin: () => page.evaluate(() => { window.tabSleep.begin(); }),
    end: () => page.evaluate(() => { window.tabSleep.end(); }),
    noteAgain: () => page.evaluate(() => {
      for (const kind of ['pagehide', 'pageshow']) dispatchEvent(new PageTransitionEvent(kind, { persisted: true }));
    }),
  };
}
