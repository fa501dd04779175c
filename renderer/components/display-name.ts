/** Characters that turn text around or hide in it: a name could pretend another extension with them (Unicode TR 36, section 2.5). */
const DECEIVING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** How many characters at the end stay readable when a name is too long for its line. */
const TAIL_CHARACTERS = 9;

export interface DisplayName {
  readonly whole: string;
  /** Both together are the whole; the end holds the true extension and is never cut off. */
  readonly start: string;
  readonly end: string;
}

export function displayName(name: string): DisplayName {
  const whole = name.replace(DECEIVING, '');
  const characters = Array.from(whole);
  const cut = Math.max(0, characters.length - TAIL_CHARACTERS);
  return { whole, start: characters.slice(0, cut).join(''), end: characters.slice(cut).join('') };
}
