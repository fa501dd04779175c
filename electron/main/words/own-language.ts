/** The languages that the main process speaks: those of the window. */
export type OwnLanguage = 'en' | 'de';

/** @param languages the person's, best first, as the window goes by them; English when none of ours is among them */
export function ownLanguage(languages: readonly string[]): OwnLanguage {
  return languages.map((tag) => tag.split('-', 1)[0]?.toLowerCase()).find((language) => language === 'en' || language === 'de') ?? 'en';
}
