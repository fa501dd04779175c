import { onBeforeUnmount, shallowRef, watch, type ShallowRef } from 'vue';

/** Decoding a 50-megapixel picture takes a phone about a second and 200 MB; larger files keep their icon. */
const LARGEST_FILE_BYTES = 40 << 20;
const AT_ONCE = 2;

let decoding = 0;
const waiting: (() => void)[] = [];

async function takeTurn(): Promise<void> {
  if (decoding >= AT_ONCE) await new Promise<void>((resolve) => { waiting.push(resolve); });
  decoding += 1;
}

function endTurn(): void {
  decoding -= 1;
  waiting.shift()?.();
}

/** A small picture of an image file; null until it is there, and for good when the browser cannot read its kind (HEIC in Chromium). */
export function useThumbnail(file: () => File | null, edgePixels: number): Readonly<ShallowRef<ImageBitmap | null>> {
  const bitmap = shallowRef<ImageBitmap | null>(null);
  let gone = false;

  async function decode(source: File): Promise<void> {
    await takeTurn();
    try {
      if (gone || file() !== source) return;
      const made = await createImageBitmap(source, { resizeHeight: edgePixels, resizeQuality: 'medium' });
      if (gone || file() !== source) made.close();
      else bitmap.value = made;
    } catch (error) {
      // Not a picture, or not one this browser knows: the icon stays.
      if (!(error instanceof DOMException)) throw error;
    } finally {
      endTurn();
    }
  }

  watch(file, (source) => {
    bitmap.value?.close();
    bitmap.value = null;
    if (source !== null && source.type.startsWith('image/') && source.size <= LARGEST_FILE_BYTES) void decode(source);
  }, { immediate: true });
  onBeforeUnmount(() => {
    gone = true;
    bitmap.value?.close();
  });
  return bitmap;
}
