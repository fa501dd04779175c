import { ref, watch, type ComputedRef, type Ref } from 'vue';
import type { Batch } from '../composables/batches.ts';
import { declinedOf } from '../composables/declined.ts';
import { deviceInWords } from '../i18n/device-in-words.ts';
import { useLanguage } from '../i18n/use-language.ts';
import { useWindowWords } from '../i18n/use-window-words.ts';

/** Says, for a live region, how a batch ended, in the moment in which it ends. */
export function useBatchVerdicts(batches: ComputedRef<readonly Batch[]>): Readonly<Ref<string>> {
  const { t } = useLanguage();
  const words = useWindowWords();
  const spoken = ref('');
  watch(batches, (now, before) => {
    const running = new Set(before.filter(({ ended }) => !ended).map(({ id }) => id));
    const ended = now.filter((batch) => batch.ended && running.has(batch.id));
    if (ended.length > 0) spoken.value = ended.map(({ counts, sender, records }) => (sender.kind === 'window' ? `${t.verdict(counts)} (${t.from(sender.name)})` : words.verdictFrom(counts, declinedOf(records), deviceInWords(sender.name, words)))).join('. ');
  });
  return spoken;
}
