/** Characters that turn text around or hide in it: a name could pretend another extension with them (Unicode TR 36, section 2.5). */
const DECEIVING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** How many characters at the end stay readable when a name is too long for its line; more where the extension needs them. */
const TAIL_CHARACTERS = 9;
/** Longer than any that a system runs ("settingcontent-ms" has 17); what is longer is no extension. */
const MOST_EXTENSION_CHARACTERS = 20;

export interface DisplayName {
  readonly whole: string;
  /** Both together are the whole; the end holds the true extension and is never cut off. */
  readonly start: string;
  readonly end: string;
}

export function displayName(name: string): DisplayName {
  const whole = name.replace(DECEIVING, '');
  const characters = Array.from(whole);
  const dot = characters.lastIndexOf('.');
  const extension = dot === -1 ? 0 : characters.length - dot;
  const tail = extension > MOST_EXTENSION_CHARACTERS ? TAIL_CHARACTERS : Math.max(TAIL_CHARACTERS, extension);
  const cut = Math.max(0, characters.length - tail);
  return { whole, start: characters.slice(0, cut).join(''), end: characters.slice(cut).join('') };
}
