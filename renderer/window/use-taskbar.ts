import { watch, type ComputedRef } from 'vue';
import type { DesktopBridge } from '../../electron/contracts/bridge.ts';
import { useLanguage } from '../i18n/use-language.ts';
import type { CurrentWork } from './current-work.ts';

/** Shows how far it is where the window itself is not seen: in its title, and on its entry in the taskbar or the dock. */
export function useTaskbar(bridge: Pick<DesktopBridge<File>, 'showProgress'>, current: Readonly<ComputedRef<CurrentWork | null>>): void {
  const { t, format } = useLanguage();
  /** In whole percents, so that the system is not told four times a second. */
  const percent = (): number | null => (current.value === null || current.value.isHalted ? null : Math.floor(current.value.fraction * 100));
  watch(percent, (now) => {
    bridge.showProgress(now === null ? null : now / 100);
    document.title = now === null ? t.page.title : t.page.titleProgress(format.percent(now / 100));
  });
}
