/**
 * What a terminal, an editor or a log viewer may obey instead of showing: control characters (escape sequences), marks that turn the
 * direction of text or cannot be seen, and the line ends of Unicode (UAX 9 and 14).
 */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** JSON on one line of which every character can be shown as it is; parsing it gives back all. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(OBEYED, (character) => character.split('').map(escaped).join(''));
}

/** One UTF-16 unit, as JSON knows it (RFC 8259, section 7). */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
