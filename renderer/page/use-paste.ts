import { onScopeDispose } from 'vue';

/** Takes files from the clipboard. @param open false while they are not welcome */
export function usePaste(taken: (data: DataTransfer) => void, open: () => boolean): void {
  const paste = (event: ClipboardEvent): void => {
    const data = event.clipboardData;
    if (data === null || !data.types.includes('Files') || !open()) return;
    event.preventDefault();
    taken(data);
  };
  window.addEventListener('paste', paste);
  onScopeDispose(() => { window.removeEventListener('paste', paste); });
}
