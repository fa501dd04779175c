import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../server/create-log.ts';
import { hideSecrets } from '../../server/hide-secrets.ts';
import { LOG_FORMATS, type Log, type LogFields, type LogLevel } from '../../server/log.ts';

/** What a terminal could obey, and whatever ends a line somewhere. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Names as strangers make them up: letters, and much of what terminals, editors and viewers obey. */
const hostile = fc.array(fc.oneof(
  fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\u001b[2J', '\u001b]0;pwn\u0007', '\r\n', '\u2028', '\u2029', '\u202e', '\u2066', '\u200f', '\ufeff', '\u0085', '\u009b31m', '\u007f', '\0', '"', '\\', '\\u001b', '\ud800', '\udfff', '\u{e0041}', ' level=error'),
), { maxLength: 12 }).map((parts) => parts.join(''));

function linesOf(format: 'text' | 'json', tell: (log: Log) => void, level: LogLevel = 'debug', isColored = false): readonly string[] {
  const lines: string[] = [];
  tell(createLog({ format, level, isColored, write: (line) => lines.push(line) }));
  return lines;
}

describe('a log line', () => {
  test('B18: is one line that no terminal obeys, whatever a name holds, and gives it back', () => {
    fc.assert(fc.property(hostile, hostile, (name, sender) => {
      const fields = { name, sender, bytes: 7, none: undefined };
      for (const format of LOG_FORMATS) {
        const [line = '', ...more] = linesOf(format, (log) => log('info', 'upload:stored', fields));
        expect(more).toEqual([]);
        expect(line).not.toMatch(OBEYED);
      }
      const [json = ''] = linesOf('json', (log) => log('info', 'upload:stored', fields));
      expect(JSON.parse(json)).toEqual({ time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u), level: 'info', event: 'upload:stored', name, sender, bytes: 7 });
      const [text = ''] = linesOf('text', (log) => log('info', 'upload:stored', { name }));
      const told = text.slice(text.indexOf('name=') + 5);
      expect(told.startsWith('"') ? JSON.parse(told) : told).toBe(name);
    }), { numRuns: 400 });
  });

  test('reads as time, level, event and fields', () => {
    const [line] = linesOf('text', (log) => log('warn', 'cache:lost', { reason: 'deadline', name: 'my photo.jpg', ok: false, at: null }));
    expect(line).toMatch(/^\S+Z warn {2}cache:lost reason=deadline name="my photo\.jpg" ok=false at=null$/u);
  });

  test.each([['error', 1], ['warn', 2], ['info', 3], ['debug', 4]] as const)('at level %s, %i of four are told', (level, count) => {
    const all = (log: Log): void => (['error', 'warn', 'info', 'debug'] as const).forEach((each) => log(each, 'a:b'));
    expect(linesOf('json', all, level)).toHaveLength(count);
  });

  test('has color only where it is asked for, and never in JSON', () => {
    const tell = (log: Log): void => log('error', 'a:b', { name: '\u001b[1m' });
    expect(linesOf('text', tell, 'info', true)[0]?.split('\u001b[')).toHaveLength(7);
    expect(linesOf('json', tell, 'info', true)[0]).not.toMatch(OBEYED);
  });
});

describe('secrets', () => {
  const told = (fields: LogFields): string => {
    const lines: string[] = [];
    const keeper = hideSecrets(createLog({ format: 'json', level: 'debug', isColored: false, write: (line) => lines.push(line) }));
    keeper.addCode('K7M 4QX');
    keeper.addCode('a+b.c-d(e');
    keeper.addToken('owner.token+of/tests');
    keeper.addUrl('redis://user:p%40ss-word@127.0.0.1:6379');
    keeper.log('info', 'a:b', fields);
    return lines.join('');
  };

  test.each([
    'K7M4QX', 'k7m 4qx', 'k-7-m-4-q-x', 'photo K7M4QX.jpg', 'A+B.CD(E', 'owner.token+of/tests', 'p@ss-word', 'p%40ss-word', 'redis://user:else@host', `s1.${'a'.repeat(60)}.${'b'.repeat(43)}`,
  ])('%j is not told', (text) => {
    const line = told({ name: `before ${text} after` });
    expect(line).toContain('(hidden)');
    expect(line).toContain('before');
    expect(line).toContain('after');
    expect(line.toLowerCase()).not.toContain(text.toLowerCase());
  });

  test.each(['s1.holiday-photos.jpg', 'K7M4.jpg', 'me@example.org', 'acdef'])('%j is told', (text) => {
    expect(told({ name: text })).toContain(text);
  });
});
