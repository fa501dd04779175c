import { expect, test } from 'vitest';
import { quitQuestion } from '../../electron/main/window/quit-question.ts';
import { chooseWords } from '../../electron/main/words/choose-words.ts';

test.each([
  [1, { resumable: 1, others: 0 }, 'It will continue when you reopen Slipway.'],
  [3, { resumable: 3, others: 0 }, 'They will continue when you reopen Slipway.'],
  [1, { resumable: 0, others: 1 }, 'It will start over when you reopen Slipway.'],
  [2, { resumable: 0, others: 2 }, 'They will start over when you reopen Slipway.'],
  [2, { resumable: 1, others: 1 }, 'Your large files will continue when you reopen Slipway. Your small ones will start over then.'],
  [2, { resumable: 0, others: 0 }, 'What other devices send goes on when they try again; small files start over.'],
  [5, { resumable: 2, others: 0 }, 'Your large files will continue when you reopen Slipway. What other devices send goes on when they try again; small files start over.'],
])('%i under way, of them %j: %s', (active, own, detail) => {
  expect(quitQuestion(active, own, chooseWords(['en']).quit).detail).toBe(detail);
});

test.each([
  [1, { resumable: 1, others: 0 }, '1 Datei wird noch gesendet oder empfangen.', 'Sie geht weiter, sobald Sie Slipway wieder öffnen.'],
  [1, { resumable: 0, others: 1 }, '1 Datei wird noch gesendet oder empfangen.', 'Sie beginnt von vorn, sobald Sie Slipway wieder öffnen.'],
  [1234, { resumable: 1, others: 1233 }, '1.234 Dateien werden noch gesendet oder empfangen.', 'Ihre großen Dateien gehen weiter, sobald Sie Slipway wieder öffnen. Ihre kleinen beginnen dann von vorn.'],
  [5, { resumable: 0, others: 2 }, '5 Dateien werden noch gesendet oder empfangen.', 'Ihre kleinen Dateien beginnen von vorn, sobald Sie Slipway wieder öffnen. Was andere Geräte senden, geht weiter, wenn sie es erneut versuchen; kleine Dateien beginnen von vorn.'],
])('in German, %i under way, of them %j: %s %s', (active, own, message, detail) => {
  expect(quitQuestion(active, own, chooseWords(['de-CH']).quit)).toMatchObject({ message, detail, buttons: ['Weitermachen', 'Beenden'], defaultId: 0, cancelId: 0 });
});
