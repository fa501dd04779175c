import { plainJson } from './plain-json.ts';
import type { LogEvent, LogLevel } from './log.ts';

/** Select Graphic Rendition codes (ECMA-48, section 8.3.117): faint, none, yellow, red. */
const COLORS = { debug: 2, info: 0, warn: 33, error: 31 } as const satisfies Readonly<Record<LogLevel, number>>;
const FAINT = 2;

/** One line for people. Names come from strangers, so whatever is not plain stands in quotes, escaped. */
export function textLine({ time, level, event, fields }: LogEvent, isColored: boolean): string {
  const paint = (text: string, color: number): string => (isColored && color !== 0 ? `\u001b[${color}m${text}\u001b[0m` : text);
  const told = Object.entries(fields).filter(([, value]) => value !== undefined);
  const details = told.map(([name, value]) => `${paint(`${name}=`, FAINT)}${typeof value === 'string' ? quoted(value) : String(value)}`);
  return [paint(time.toISOString(), FAINT), paint(level.padEnd(5), COLORS[level]), event, ...details].join(' ');
}

function quoted(text: string): string {
  const json = plainJson(text);
  return /^"[\w.:/-]+"$/u.test(json) ? json.slice(1, -1) : json;
}
