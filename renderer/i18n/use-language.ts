import { inject, type InjectionKey } from 'vue';
import type { FailureReport } from '../../server/contracts/failure.ts';
import { createFormat, type Format } from '../format.ts';
import type { CreateMessages, Messages } from './messages.ts';

const loadEnglish = (): Promise<CreateMessages> => import('./english.ts').then(({ createEnglish }) => createEnglish);

/** Each is a file of its own, because nobody needs two. */
const LANGUAGES: Readonly<Record<string, () => Promise<CreateMessages>>> = {
  en: loadEnglish,
  de: () => import('./german.ts').then(({ createGerman }) => createGerman),
};

export interface Language {
  readonly t: Messages;
  readonly format: Format;
  /** @param ours false for what another device sent: then only its person can do something about it */
  readonly failureText: (failure: FailureReport, ours?: boolean) => string;
  /** Of a file that does not get on now, and goes on by itself. */
  readonly waitText: (failure: FailureReport) => string;
}

export const LANGUAGE: InjectionKey<Language> = Symbol('language');

/** @param wanted the person's languages, best first, as in `navigator.languages`; English when none is spoken here, or did not come */
export async function openLanguage(wanted: readonly string[]): Promise<Language> {
  const known = wanted.find((tag) => Object.hasOwn(LANGUAGES, languageOf(tag))) ?? 'en';
  const createMessages = await (LANGUAGES[languageOf(known)] ?? loadEnglish)().catch(loadEnglish);
  const format = createFormat(known);
  const t = createMessages(format);
  const failureText: Language['failureText'] = ({ code, message }, ours = true) => {
    const [what, next] = t.failures[code] ?? [message, null];
    const step = ours || next === null ? next : t.onlySender;
    return step === null ? what : `${what} ${step}`;
  };
  return {
    t,
    format,
    failureText,
    waitText: (failure) => t.waits[failure.code] ?? failureText(failure),
  };
}

function languageOf(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? '';
}

/** @throws Error when used outside an app that provides LANGUAGE */
export function useLanguage(): Language {
  const language = inject(LANGUAGE);
  if (language === undefined) throw new Error('No language was provided');
  return language;
}
