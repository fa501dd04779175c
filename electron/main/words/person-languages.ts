import { app } from 'electron';

/** The person's languages, best first, as the window's `navigator.languages`. Once the app is ready. */
export function personLanguages(): readonly string[] {
  return [app.getLocale(), ...app.getPreferredSystemLanguages()];
}
