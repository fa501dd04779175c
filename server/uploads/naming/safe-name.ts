import { USUAL_NAME_BYTES } from './longest-name.ts';

/**
 * The one sanitiser for names. What comes out is a single path component that every file system we may meet (ext4, APFS, NTFS,
 * exFAT) takes, that no shell or file manager treats as special, and that looks like what it is.
 *
 * Sources: Microsoft "Naming Files, Paths, and Namespaces" (reserved names and characters, superscript digits included);
 * Unicode TR 36 (bidirectional and invisible characters); the lengths that file systems take: see `longest-name.ts`.
 */

/** Room that a name must leave, so that ` (9999)` can still be added. */
const NUMBER_BYTES = 16;

/** An ending longer than this is not a file type but part of the name. */
const MAX_EXTENSION_BYTES = 32;

/** Deepest folder path a sender may ask for. */
export const MAX_FOLDER_DEPTH = 32;

/** Longest relative path in bytes; leaves room for the upload folder below Linux's 4,096. */
export const MAX_PATH_BYTES = 2048;

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2060-\u206F\uFFFD]/gu;
const LONE_SURROGATE = /\p{Surrogate}/gu;
const FORBIDDEN = /[<>:"/\\|?*]/g;
/** Looks only from where a run begins: from each of its characters, a run of thousands in mid-name took seconds. */
const TRAILING = /(?<![\s.])[\s.]+$/u;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(?:\.|$)/iu;
const FOLDER_CONFIGURATION = /^(?:desktop\.ini|autorun\.inf|thumbs\.db|folder\.htt)$/iu;
const SPECIAL_START = /^(?:[.-]|~\$)/u;
const DOUBLE_EXTENSION = /\.tar\.[a-z0-9]{1,4}$/iu;

/**
 * Cleans one path component. Idempotent.
 * @param mostBytes that its file system takes, with a number added; at least 80
 * @returns the name, or null when nothing usable is left ("", ".", "..", only invisible characters)
 */
export function safeName(raw: string, mostBytes = USUAL_NAME_BYTES): string | null {
  const visible = raw.replace(LONE_SURROGATE, '_').replace(INVISIBLE, '').normalize('NFC');
  const trimmed = visible.replace(FORBIDDEN, '_').trim().replace(TRAILING, '');
  // Again after the cut, which can bring a reserved name to light ("con", many spaces, "x.txt").
  return trimmed === '' ? null : escaped(shortened(escaped(trimmed), mostBytes - NUMBER_BYTES));
}

/** The last component of a name as browsers and programs send it: with either kind of slash, with a drive, or bare. */
export function lastComponent(raw: string): string {
  return raw.split(/[/\\]/u).at(-1) ?? '';
}

/**
 * Cleans a folder path. Components that vanish ("", ".", "..") are left out, so the result never climbs.
 * @param mostBytes of each component
 * @returns its components, or null when it is deeper than {@link MAX_FOLDER_DEPTH}
 */
export function safeFolder(raw: string, mostBytes = USUAL_NAME_BYTES): readonly string[] | null {
  const parts = raw.split(/[/\\]/u);
  const safe = parts.map((part) => safeName(part, mostBytes)).filter((part) => part !== null);
  return safe.length > MAX_FOLDER_DEPTH ? null : safe;
}

/** Splits a name before its ending; `.tar.gz` and its like stay together. */
export function splitExtension(name: string): { readonly stem: string; readonly extension: string } {
  const double = DOUBLE_EXTENSION.exec(name);
  const at = double !== null && double.index > 0 ? double.index : name.lastIndexOf('.');
  const extension = at > 0 ? name.slice(at) : '';
  if (extension === '' || Buffer.byteLength(extension) > MAX_EXTENSION_BYTES) return { stem: name, extension: '' };
  return { stem: name.slice(0, at), extension };
}

/** The name to try after `attempt` clashes: `photo.jpg`, `photo (1).jpg`, … */
export function numberedName(name: string, attempt: number): string {
  if (attempt === 0) return name;
  const { stem, extension } = splitExtension(name);
  return `${stem} (${attempt})${extension}`;
}

/** Equal for names that some file system would take for the same: differing only in case or in Unicode composition. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function escaped(name: string): string {
  const isSpecial = WINDOWS_DEVICE.test(name) || FOLDER_CONFIGURATION.test(name) || SPECIAL_START.test(name);
  return isSpecial ? `_${name}` : name;
}

function shortened(name: string, mostBytes: number): string {
  if (Buffer.byteLength(name) <= mostBytes) return name;
  const { stem, extension } = splitExtension(name);
  const room = mostBytes - Buffer.byteLength(extension);
  let kept = '';
  let bytes = 0;
  for (const character of stem) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    kept += character;
  }
  return `${kept.replace(TRAILING, '')}${extension}`;
}
