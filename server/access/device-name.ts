import type { DeviceWord } from '../contracts/devices.ts';

/** First match wins; order matters, because most browsers also claim to be others. */
const DEVICES: readonly (readonly [RegExp, DeviceWord | 'iPhone' | 'iPad' | 'Chromebook' | 'Mac'])[] = [
  [/iPhone/u, 'iPhone'],
  [/iPad/u, 'iPad'],
  [/Android.*Mobile/u, 'Android phone'],
  [/Android/u, 'Android tablet'],
  [/CrOS/u, 'Chromebook'],
  [/Windows/u, 'Windows PC'],
  [/Macintosh/u, 'Mac'],
  [/Linux/u, 'Linux PC'],
];

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:e|A|iOS)?\//u, 'Edge'],
  [/SamsungBrowser\//u, 'Samsung Internet'],
  [/OPR\//u, 'Opera'],
  [/Firefox\/|FxiOS\//u, 'Firefox'],
  [/Chrome\/|CriOS\//u, 'Chrome'],
  [/Safari\//u, 'Safari'],
];

const PROGRAM = /^(?<name>[A-Za-z][\w.-]{0,31})(?:\/|$)/u;

/** What a person would call the device behind a User-Agent header: "iPhone (Safari)", "curl". A hint, nothing to rely on. */
export function deviceName(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 512);
  const device = find(DEVICES, text);
  const browser = find(BROWSERS, text);
  if (device !== undefined) return browser === undefined ? device : `${device} (${browser})`;
  return browser ?? PROGRAM.exec(text)?.groups?.['name'] ?? ('Unknown device' satisfies DeviceWord);
}

function find(table: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}
