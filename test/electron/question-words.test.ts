import { expect, test } from 'vitest';
import { questionWords } from '../../electron/main/words/question-words.ts';
import { DEVICE_WORDS } from '../../server/contracts/devices.ts';

test.each([
  [['de-AT', 'en'], 'iPhone (Safari) möchte Dateien senden'],
  [['fr', 'de', 'en'], 'iPhone (Safari) möchte Dateien senden'],
  [['en-GB', 'de'], 'iPhone (Safari) wants to send files'],
  [['fr'], 'iPhone (Safari) wants to send files'],
  [[], 'iPhone (Safari) wants to send files'],
])('the notification for somebody who speaks %j says "%s"', (languages, title) => {
  expect(questionWords('iPhone (Safari)', languages).title).toBe(title);
});

test('devices without a brand are called in the person\'s language, all others as they call themselves', () => {
  for (const word of DEVICE_WORDS) for (const name of [word, `${word} (Firefox)`]) {
    expect(questionWords(name, ['de']).title).not.toContain(word);
    expect(questionWords(name, ['en']).title).toBe(`${name} wants to send files`);
  }
  expect(questionWords('Linux PC (Firefox)', ['de']).title).toBe('Linux-PC (Firefox) möchte Dateien senden');
  expect(questionWords('curl', ['de']).title).toBe('curl möchte Dateien senden');
});
