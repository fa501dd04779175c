import path from 'node:path';
import { app, dialog } from 'electron';
import type { Log } from '../../server/index.ts';
import { appendBounded } from './append-bounded.ts';
import { chooseWords } from './words/choose-words.ts';
import { personLanguages } from './words/person-languages.ts';

/**
 * A main process in an unknown state must not go on receiving files: says why, in the log, in `crash.log` and to the person, and
 * ends.
 */
export function guardCrashes(userData: string, log: Log): void {
  const crash = (kind: string, error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log('error', 'app:crashed', { kind, text });
    try {
      appendBounded(path.join(userData, 'crash.log'), `${new Date().toISOString()} ${kind}\n${text}\n`);
    } catch (failure) {
      log('error', 'app:crash-unsaved', { text: String(failure) });
    }
    // Blocks until it is read; before the app is ready it would go to standard error, where the log is already.
    if (app.isReady()) {
      const words = chooseWords(personLanguages()).crash;
      dialog.showErrorBox(words.title, words.text);
    }
    app.exit(1);
  };
  process.on('uncaughtException', (error) => crash('uncaughtException', error));
  process.on('unhandledRejection', (reason) => crash('unhandledRejection', reason));
}
