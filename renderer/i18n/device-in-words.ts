import { DEVICE_WORDS } from '../../server/contracts/devices.ts';
import type { WindowMessages } from './window-messages.ts';

/** A device's name in the person's language: "Android-Telefon (Chrome)". Brands and programs stay as they are. */
export function deviceInWords(name: string, { devices }: Pick<WindowMessages, 'devices'>): string {
  const word = DEVICE_WORDS.find((known) => name === known || name.startsWith(`${known} (`));
  return word === undefined ? name : devices.words[word] + name.slice(word.length);
}
