import { ref, shallowRef, type Component, type Ref, type ShallowRef } from 'vue';

export interface Help {
  /** Null until it has come. */
  readonly view: Readonly<ShallowRef<Component | null>>;
  readonly isOpen: Ref<boolean>;
  /** Brings it while the line still holds: who asks for help may have lost it. */
  prepare(): Promise<void>;
  open(): Promise<void>;
}

/** The page's help and its connection check, which come after all that is needed first. */
export function useHelp(): Help {
  const view = shallowRef<Component | null>(null);
  const isOpen = ref(false);

  async function prepare(): Promise<void> {
    // Tried again when somebody asks for it, or the line is back: browsers forget a script that did not come.
    view.value ??= await import('./HelpDesk.vue').then(({ default: found }) => found, () => null);
  }

  return {
    view,
    isOpen,
    prepare,
    async open() {
      isOpen.value = true;
      await prepare();
    },
  };
}
