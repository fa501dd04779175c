import { app, dialog, powerMonitor } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Log } from '../../../server/index.ts';
import { QUIT_BUTTON, quitQuestion } from './quit-question.ts';
import type { UnderWay } from '../sending/send-queue.ts';
import type { NativeWords } from '../words/native-words.ts';

/** The server promises to stop within 10 s; more than that, and the system's patience ends before ours. */
const STOP_WITHIN_MS = 10_000;
/** When the computer shuts down or its person logs off: Windows ends what takes longer. */
const SESSION_ENDS_WITHIN_MS = 4500;

export interface QuitGuardOptions {
  /** All, whoever sends them; not those that a person holds back. */
  readonly activeUploads: () => number;
  /** This window's own. */
  readonly underWay: () => UnderWay;
  readonly window: () => BrowserWindow | null;
  readonly words: NativeWords['quit'];
  /** Ends everything that runs. */
  readonly stop: () => Promise<void>;
  readonly log: Log;
}

export interface QuitGuard {
  /** Asks before `window` closes while something moves. (Not on macOS, where an app without a window goes on.) */
  watch(window: BrowserWindow): void;
}

/** Asks before uploads are cut off, and stops everything in good order before the process ends. */
export function createQuitGuard({ activeUploads, underWay, window, words, stop, log }: QuitGuardOptions): QuitGuard {
  let mayQuit = false;
  let isAsking = false;
  let isStopping = false;
  let withinMs = STOP_WITHIN_MS;
  let isToldToStop = false;

  const holdBack = (event: { preventDefault(): void }): void => {
    const active = activeUploads();
    if (mayQuit || active === 0) return;
    event.preventDefault();
    if (!isAsking) void ask(active);
  };

  async function ask(active: number): Promise<void> {
    isAsking = true;
    try {
      const parent = window();
      const question = quitQuestion(active, underWay(), words);
      const { response } = await (parent === null ? dialog.showMessageBox(question) : dialog.showMessageBox(parent, question));
      if (response !== QUIT_BUTTON) return;
      quitNow();
    } finally {
      isAsking = false;
    }
  }

  function quitNow(): void {
    mayQuit = true;
    app.quit();
  }

  app.on('before-quit', holdBack);
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (isStopping) return;
    isStopping = true;
    mayQuit = true;
    // Not `quit` again: the windows are closed, and Chromium's own helpers may have died of the same Ctrl-C.
    void withinDeadline(stop(), withinMs, log).finally(() => app.exit(0));
  });
  // The system is going down, or a supervisor asks: nobody is there to answer a question.
  const endSession = (): void => {
    withinMs = SESSION_ENDS_WITHIN_MS;
    quitNow();
  };
  powerMonitor.on('shutdown', endSession);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isToldToStop) {
        log('warn', 'app:stopped-at-once', { signal });
        app.exit(1);
      }
      isToldToStop = true;
      endSession();
    });
  }

  return {
    watch: (watched) => {
      if (process.platform !== 'darwin') watched.on('close', holdBack);
      // Windows tells its windows instead of the power monitor.
      if (process.platform === 'win32') watched.on('session-end', endSession);
    },
  };
}

async function withinDeadline(stopped: Promise<void>, withinMs: number, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log('warn', 'app:stop-late');
      resolve();
    }, withinMs);
  });
  try {
    await Promise.race([stopped, late]);
  } catch (error) {
    log('error', 'app:stop-failed', { text: String(error) });
  } finally {
    clearTimeout(timer);
  }
}
