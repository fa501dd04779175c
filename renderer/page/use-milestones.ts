import { computed, ref, watch, watchEffect, type ComputedRef, type Ref } from 'vue';
import type { PageSummary } from '../composables/page-summary.ts';
import type { VerdictCounts } from '../i18n/messages.ts';
import { useLanguage } from '../i18n/use-language.ts';

/** Tells milestones in words, for a live region, and keeps the tab's title in step with the progress. */
export function useMilestones(summary: ComputedRef<PageSummary>, counts: ComputedRef<VerdictCounts>): Readonly<Ref<string>> {
  const { t, format } = useLanguage();
  const spoken = ref('');
  const fraction = computed(() => (summary.value.sizeBytes === 0 ? 0 : summary.value.receivedBytes / summary.value.sizeBytes));
  const half = computed(() => summary.value.phase === 'sending' && fraction.value >= 0.5);

  watch(() => summary.value.phase, (phase, before) => {
    if (phase === 'sending') spoken.value = t.page.announceSending(t.files(counts.value.total, counts.value.word));
    else if (phase === 'paused') spoken.value = t.page.announcePaused(t.files(summary.value.paused.length, counts.value.word));
    else if (phase === 'ended' || (phase === 'ready' && before === 'sending')) spoken.value = t.page.verdict(counts.value);
    else if (phase === 'empty') spoken.value = '';
  });
  watch(half, (now) => { if (now) spoken.value = t.page.announceHalf; });

  watchEffect(() => {
    const { phase, failed } = summary.value;
    document.title = phase === 'paused' ? t.page.titlePaused : phase === 'sending' ? t.page.titleProgress(format.percent(fraction.value))
      : phase === 'ended' && counts.value.stored > 0 && failed === 0 ? t.page.titleDone
        : phase === 'ended' && failed > 0 ? t.page.titleAttention : t.page.title;
  });
  return spoken;
}
