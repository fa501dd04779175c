import { expect, test } from 'vitest';
import { chooseWords } from '../../electron/main/words/choose-words.ts';

/** Every sentence, with what stands where a number or a name goes. */
function sentences(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return [1, 2].map((count) => String((value as (argument: unknown) => unknown)(count)));
  return Object.values(value as object).flatMap(sentences);
}

test('nothing was left in English, and no key opens two of the menus', () => {
  const english = sentences(chooseWords(['en']));
  expect(english.length).toBeGreaterThan(50);
  expect(sentences(chooseWords(['de'])).filter((sentence) => english.includes(sentence))).toEqual([]);
  for (const language of ['en', 'de']) {
    const { file, edit, view, window } = chooseWords([language]).menu;
    const keys = [file, edit, view, window].map((title) => /&(.)/u.exec(title)?.[1]?.toLowerCase());
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(4);
  }
});
