import type { DeviceWord } from '../../../server/contracts/devices.ts';
import { ownLanguage } from './own-language.ts';

interface QuestionWords {
  readonly title: (deviceName: string) => string;
  readonly body: string;
  /** What devices are called that go by no brand. */
  readonly devices: Readonly<Partial<Record<DeviceWord, string>>>;
}

const ENGLISH: QuestionWords = {
  title: (deviceName) => `${deviceName} wants to send files`,
  body: 'Nothing is sent until you say yes in Slipway.',
  devices: {},
};

const GERMAN: QuestionWords = {
  title: (deviceName) => `${deviceName} möchte Dateien senden`,
  body: 'Bis Sie in Slipway Ja sagen, wird nichts gesendet.',
  devices: { 'Android phone': 'Android-Telefon', 'Android tablet': 'Android-Tablet', 'Windows PC': 'Windows-PC', 'Linux PC': 'Linux-PC', 'Unknown device': 'Unbekanntes Gerät' },
};

/**
 * What a notification says of a device that waits for a yes.
 * @param languages as for `ownLanguage`
 */
export function questionWords(deviceName: string, languages: readonly string[]): { readonly title: string; readonly body: string } {
  const { title, body, devices } = ownLanguage(languages) === 'de' ? GERMAN : ENGLISH;
  const word = Object.entries(devices).find(([english]) => deviceName === english || deviceName.startsWith(`${english} (`));
  return { title: title(word === undefined ? deviceName : word[1] + deviceName.slice(word[0].length)), body };
}
