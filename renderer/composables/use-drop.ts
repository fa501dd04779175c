import { onScopeDispose, ref, type Ref } from 'vue';

function carriesFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes('Files') === true;
}

/**
 * Takes files that are dropped anywhere. Answers whether some hover over the window right now.
 * @param taken called while the event is being handled, because its data is gone afterwards
 * @param open false while drops are not welcome; they are refused then, so that the browser does not open the file instead
 */
export function useDrop(taken: (data: DataTransfer) => void, open: () => boolean = () => true): Readonly<Ref<boolean>> {
  const hovering = ref(false);
  const listeners = new AbortController();
  const { signal } = listeners;
  onScopeDispose(() => { listeners.abort(); });

  function over(event: DragEvent): void {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = open() ? 'copy' : 'none';
    hovering.value = open();
  }

  window.addEventListener('dragenter', over, { signal });
  window.addEventListener('dragover', over, { signal });
  window.addEventListener('dragleave', (event) => {
    // Leaving for another element tells which; leaving the window tells none.
    if (event.relatedTarget === null) hovering.value = false;
  }, { signal });
  window.addEventListener('drop', (event) => {
    hovering.value = false;
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (open()) taken(event.dataTransfer);
  }, { signal });
  return hovering;
}
