import { inject, type InjectionKey } from 'vue';
import { createEnglishWindow } from './english-window.ts';
import { createGermanWindow } from './german-window.ts';
import type { Language } from './use-language.ts';
import type { CreateWindowMessages, WindowMessages } from './window-messages.ts';

/** Apart from what the page shows too: a phone need not load them. */
const LANGUAGES: Readonly<Record<string, CreateWindowMessages>> = { en: createEnglishWindow, de: createGermanWindow };

export const WINDOW_WORDS: InjectionKey<WindowMessages> = Symbol('window words');

/** The window's own words, in the language that was chosen. */
export function createWindowWords({ t, format }: Language): WindowMessages {
  return (LANGUAGES[t.language] ?? createEnglishWindow)(t, format);
}

/** @throws Error when used outside an app that provides WINDOW_WORDS */
export function useWindowWords(): WindowMessages {
  const words = inject(WINDOW_WORDS);
  if (words === undefined) throw new Error('No words of the window were provided');
  return words;
}
