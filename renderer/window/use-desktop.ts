import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { Answer, DesktopBridge, DesktopSettings, MenuCommand, ReceiveRules, ReceiveState, SentFiles } from '../../electron/contracts/bridge.ts';
import type { DuplicateRules } from '../../server/contracts/duplicates.ts';
import { ApiFailure, ServerUnreachable } from '../api/api-failure.ts';
import { createClient, type Client } from '../api/client.ts';
import { createWindowPlatform } from '../api/window-platform.ts';
import { useLanguage } from '../i18n/use-language.ts';
import { useWindowWords } from '../i18n/use-window-words.ts';

export interface Desktop {
  readonly client: Client;
  readonly settings: Readonly<ShallowRef<DesktopSettings | null>>;
  readonly receive: Readonly<ShallowRef<ReceiveState>>;
  /** Why the last thing a person asked for did not happen; null when it did. */
  readonly problem: Ref<string | null>;
  /** What an earlier run left unfinished, until a person has seen it; null when it left nothing. */
  readonly recovered: Ref<string | null>;
  send(files: readonly File[]): Promise<void>;
  pick(what: 'files' | 'folder'): Promise<void>;
  /** Ids of this window's files that a person holds back. */
  readonly paused: Readonly<ShallowRef<ReadonlySet<string>>>;
  retry(ids: readonly string[]): Promise<void>;
  /** @param ids null for all */
  pause(ids: readonly string[] | null): Promise<void>;
  /** Lets go on what is paused or interrupted. @param ids null for all */
  unpause(ids: readonly string[] | null): Promise<void>;
  show(id: string | null): Promise<void>;
  chooseFolder(): Promise<void>;
  setDuplicates(rules: DuplicateRules): Promise<void>;
  setHttps(https: boolean): Promise<void>;
  setReceive(on: boolean): Promise<void>;
  setReceiveRules(rules: ReceiveRules): Promise<void>;
  /** Cancels what is on its way, drops what has ended from the list; stored files stay where they are. */
  drop(ids: readonly string[]): Promise<void>;
}

/** What the app can do for the window. @param changed called when the queue is about to change */
export function useDesktop(bridge: DesktopBridge<File>, changed: () => void, onMenu: (command: MenuCommand) => void): Desktop {
  const { t } = useLanguage();
  const words = useWindowWords();
  const client = createClient(createWindowPlatform(bridge).fetch);
  const settings = shallowRef<DesktopSettings | null>(null);
  const receive = shallowRef<ReceiveState>({ on: false });
  const paused = shallowRef<ReadonlySet<string>>(new Set());
  const problem = ref<string | null>(null);
  const recovered = ref<string | null>(null);

  /** Answers the value, or tells why there is none. */
  function take<Value>(answer: Answer<Value>): Value | null {
    changed();
    problem.value = answer.ok ? null : (words.bridgeFailures[answer.failure.code] ?? answer.failure.message);
    return answer.ok ? answer.value : null;
  }

  function tellSkipped(sent: SentFiles | null): void {
    const first = sent?.skipped[0];
    if (sent === null || first === undefined) return;
    // Only what happened: what to do about a row of the list fits nothing that is in none.
    const [what] = t.failures[first.failure.code] ?? [first.failure.message];
    problem.value = words.skipped(sent.skipped.length, first.name, what);
  }

  void bridge.getSettings().then((now) => { settings.value = now; });
  void bridge.getReceive().then((now) => { receive.value = now; });
  void bridge.getPaused().then((now) => { paused.value = new Set(now); });
  void bridge.getRecovered().then(({ own, others }) => { if (own + others > 0) recovered.value = words.recovered(own, others); });
  const stops = [
    bridge.onReceive((now) => { receive.value = now; }),
    bridge.onPaused((now) => { paused.value = new Set(now); }),
    bridge.onMenu(onMenu),
  ];
  onScopeDispose(() => { for (const stop of stops) stop(); });

  return {
    client, settings, receive, paused, problem, recovered,
    async send(files) { tellSkipped(take(await bridge.sendFiles(files))); },
    async pick(what) { tellSkipped(take(await bridge.pickAndSend(what))); },
    async retry(ids) { take(await bridge.retry(ids)); },
    async pause(ids) { take(await bridge.pause(ids)); },
    async unpause(ids) { take(await bridge.unpause(ids)); },
    async show(id) { take(await bridge.showInFolder(id)); },
    async chooseFolder() { settings.value = take(await bridge.chooseUploadFolder()) ?? settings.value; },
    async setDuplicates(rules) { settings.value = take(await bridge.setDuplicates(rules)) ?? settings.value; },
    async setHttps(https) { receive.value = take(await bridge.setHttps(https)) ?? receive.value; },
    async setReceiveRules(rules) { settings.value = take(await bridge.setReceiveRules(rules)) ?? settings.value; },
    async setReceive(on) { receive.value = take(await bridge.setReceive(on)) ?? receive.value; },
    async drop(ids) {
      for (const id of ids) {
        try {
          await client.call('DELETE /api/uploads/:id', { params: { id } });
        } catch (error) {
          // Gone already is as good as dropped; no answer is told by the banner over the list.
          if (!(error instanceof ApiFailure || error instanceof ServerUnreachable)) throw error;
        }
      }
      changed();
    },
  };
}
