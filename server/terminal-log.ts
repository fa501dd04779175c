import type { Log } from './log.ts';

/** One readable line an event. Names come from strangers: control characters must not reach the terminal. */
export function createTerminalLog(write: (line: string) => void): Log {
  return (level, event, fields = {}) => {
    const details = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? quoted(value) : String(value)}`);
    write([new Date().toISOString(), level, event, ...details].join(' '));
  };
}

function quoted(text: string): string {
  const escaped = JSON.stringify(text).replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
  return /^"[\w.:/-]*"$/u.test(escaped) ? escaped.slice(1, -1) : escaped;
}
