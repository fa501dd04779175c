import { Notification } from 'electron';
import { questionWords } from '../words/question-words.ts';
import { personLanguages } from '../words/person-languages.ts';

/** One at a time, since the window shows all that wait; and kept, or nobody would hear the click once it was collected. */
let shown: Notification | null = null;

/** Says that a device waits for a yes, to somebody who looks elsewhere. @param show brings the window up */
export function notifyQuestion(deviceName: string, show: () => void): void {
  if (!Notification.isSupported()) return;
  shown?.close();
  shown = new Notification(questionWords(deviceName, personLanguages()));
  shown.on('click', show);
  shown.show();
}
