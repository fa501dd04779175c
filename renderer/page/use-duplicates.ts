import { computed, ref, type ComputedRef, type ShallowRef } from 'vue';
import { DUPLICATE_POLICIES, type DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { SafeStorage } from './session/safe-storage.ts';
import type { SessionState } from './session/use-session.ts';

const KEY = 'slipway-duplicates';

export interface Duplicates {
  /** What may be chosen; empty when there is no choice. */
  readonly options: ComputedRef<readonly DuplicatePolicy[]>;
  /** What holds for the next batch. */
  readonly current: ComputedRef<DuplicatePolicy>;
  /** What this device has chosen; null when nothing, or nothing that may be chosen now. */
  readonly chosen: ComputedRef<DuplicatePolicy | null>;
  /** Remembered on this device. */
  choose(policy: DuplicatePolicy): void;
}

/** What a guest wants for names that exist already, where the owner lets guests choose. */
export function useDuplicates(storage: SafeStorage, session: Readonly<ShallowRef<SessionState>>): Duplicates {
  const noted = ref(DUPLICATE_POLICIES.find((policy) => policy === storage.get(KEY)) ?? null);
  const told = computed(() => (session.value.kind === 'open' ? session.value.server.duplicates : null));
  const options = computed(() => (told.value !== null && told.value.allowed.length > 1 ? told.value.allowed : []));
  const chosen = computed(() => (noted.value !== null && options.value.includes(noted.value) ? noted.value : null));
  return {
    options, chosen,
    current: computed(() => chosen.value ?? told.value?.usual ?? 'keep-both'),
    choose(policy) {
      noted.value = policy;
      storage.set(KEY, policy);
    },
  };
}
