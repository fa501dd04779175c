import { ENGLISH_WORDS } from './english-words.ts';
import { GERMAN_WORDS } from './german-words.ts';
import type { NativeWords } from './native-words.ts';
import { ownLanguage, type OwnLanguage } from './own-language.ts';

const WORDS: Readonly<Record<OwnLanguage, NativeWords>> = { en: ENGLISH_WORDS, de: GERMAN_WORDS };

/** @param languages as for `ownLanguage` */
export function chooseWords(languages: readonly string[]): NativeWords {
  return WORDS[ownLanguage(languages)];
}
