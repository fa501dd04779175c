/** Characters that turn text around or hide in it: a name could pretend another extension with them (Unicode TR 36, section 2.5). */
const DECEIVING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** How many characters at the end stay readable when a name is too long for its line; more where the extension needs them. */
const TAIL_CHARACTERS = 9;
/** Longer than any that a system runs ("settingcontent-ms" has 17); what is longer is no extension. */
const MOST_EXTENSION_CHARACTERS = 20;

/** Hebrew, Arabic and their kin: cut in the middle, such a text would be read in the wrong order. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/** What a person takes for one character: a letter with its accents, a flag of two. Older browsers (Firefox before 125) know code points only. */
const CHARACTERS = 'Segmenter' in Intl ? new Intl.Segmenter() : null;

export interface DisplayName {
  readonly whole: string;
  /** Both together are the whole; the end holds the true extension and is never cut off. */
  readonly start: string;
  readonly end: string;
}

export function displayName(name: string): DisplayName {
  const whole = name.replace(DECEIVING, '');
  const characters = CHARACTERS === null ? Array.from(whole) : Array.from(CHARACTERS.segment(whole), ({ segment }) => segment);
  const dot = characters.map(([first]) => first).lastIndexOf('.');
  const extension = dot === -1 ? 0 : characters.length - dot;
  const known = extension > MOST_EXTENSION_CHARACTERS ? 0 : extension;
  const tail = RIGHT_TO_LEFT.test(whole) ? known : Math.max(TAIL_CHARACTERS, known);
  const cut = Math.max(0, characters.length - tail);
  return { whole, start: characters.slice(0, cut).join(''), end: characters.slice(cut).join('') };
}
