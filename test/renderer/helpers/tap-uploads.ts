import type { Page } from '@playwright/test';

/** What leaves the page by XMLHttpRequest, which carries all bytes of files. */
interface UploadTap {
  /** Most that were under way at the same time. */
  most: number;
  /** Bytes of each body, in order. */
  readonly sizes: number[];
  /** How often the browser has said that more of a body has left. */
  signs: number;
  /** How many bodies get one byte wrong from now on, in order. */
  spoil: number;
}

declare global {
  interface Window {
    uploadTap: UploadTap;
  }
}

/** Runs in the page. */
function putTap({ spoil, fromEnd }: { readonly spoil: number; readonly fromEnd: number }): void {
  const tap: UploadTap = { most: 0, sizes: [], signs: 0, spoil };
  window.uploadTap = tap;
  const { prototype } = XMLHttpRequest;
  const send = Reflect.get(prototype, 'send');
  let open = 0;
  prototype.send = function tapped(body): void {
    open += 1;
    tap.most = Math.max(tap.most, open);
    // Comes before "load", at which the sender starts the next one.
    this.addEventListener('readystatechange', () => { if (this.readyState === this.DONE) open -= 1; });
    // Called after the sender's own listener, which was there first.
    this.upload.addEventListener('progress', () => { tap.signs += 1; });
    if (!(body instanceof Blob)) {
      send.call(this, body);
      return;
    }
    tap.sizes.push(body.size);
    if (tap.spoil <= 0 || body.size === 0) {
      send.call(this, body);
      return;
    }
    tap.spoil -= 1;
    const at = body.size - fromEnd;
    send.call(this, new Blob([body.slice(0, at), '~', body.slice(at + 1)], { type: body.type }));
  };
}

/**
 * Watches what leaves the page from its next load on, and spoils some of it as a broken cable would, without anybody noticing.
 * @param fromEnd which byte is spoilt, counted from the end of a body; it becomes "~"
 */
export async function tapUploads(page: Page, { spoil = 0, fromEnd = 100 } = {}): Promise<void> {
  await page.addInitScript(putTap, { spoil, fromEnd });
}
